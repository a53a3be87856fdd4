import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { type Stack, startStack } from "../stack.ts";
import { freePort } from "../support/free-port.ts";
import { until } from "../support/until.ts";

const secret = "Super Secret Information";
let stack: Stack;
let issuerUrl: string;
beforeAll(async () => {
  const port = String(await freePort());
  issuerUrl = `http://localhost:${port}`;
  stack = await startStack({
    overlays: ["compose.tutorial.yml"],
    env: { TUTORIAL_ISSUER_PORT: port },
  });
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const ask = (headers: Record<string, string> = {}) => stack.get("/", { headers });

async function freshToken(): Promise<string> {
  const response = await fetch(issuerUrl);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/plain"]);
  return await response.text();
}

test("without a token, the gateway says so", async () => {
  const { status, text, headers } = await ask();

  expect([status, text.trim()]).toEqual([401, "No Authorization Token provided"]);
  expect(headers.get("content-type")).toMatch(/^text\/plain/);
});

test("the issuer gives a token to anybody: HS256, for billing, for a minute", async () => {
  const token = await freshToken();

  const { exp = 0, iat = 0, ...claims } = decodeJwt(token);
  expect(decodeProtectedHeader(token)).toEqual({ alg: "HS256", typ: "JWT" });
  expect(claims).toEqual({
    authorized: true,
    client: "client",
    aud: "billing.jwtgo.io",
    iss: "jwtgo.io",
  });
  expect(exp - iat).toBe(60);
});

test("the token opens the door, and a minute later it has expired", async () => {
  const token = await freshToken();

  const first = await ask({ token });
  expect([first.status, first.text]).toEqual([200, secret]);

  const last = await until(
    () => ask({ token }),
    ({ status }) => status !== 200,
    75_000,
  );
  expect([last.status, last.text.trim()]).toEqual([401, "Token is expired"]);
});

test("a token that somebody changed does not", async () => {
  const [header, payload, signature = ""] = (await freshToken()).split(".");
  const forged = `${header}.${payload}.${signature.split("").reverse().join("")}`;

  const { status, text } = await ask({ token: forged });

  expect(status).toBe(401);
  expect(text).not.toContain(secret);
});

test("the tutorial's token opens nothing but the tutorial, whose log warns of it", async () => {
  const token = await freshToken();

  const asBearer = await stack.get("/billing/v1/invoices", { token });

  expect([asBearer.status, asBearer.json.code]).toEqual([401, "token_issuer_unknown"]);
  for (const service of ["gateway", "issuer", "billing"] as const) {
    const warnings = (await stack.logs(service)).filter(({ level }) => level === "warn");
    expect([service, ...warnings.map(({ msg }) => msg)].join(" ")).toContain("for learning");
  }
});

test("the rest of the stack works beside it", async () => {
  const token = await stack.token("svc-demo");

  expect((await stack.get("/billing/v1/invoices", { token })).status).toBe(200);
});
