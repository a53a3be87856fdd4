import { createHmac, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createSigningKey, signToken } from "@tollgate/shared/testing/signing-keys";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { type Stack, startStack } from "../stack.ts";
import { type Answer, billing, reports } from "../support/client.ts";
import { createDraft } from "../support/story.ts";
import { until } from "../support/until.ts";

let stack: Stack;
let token: string;
let invoice: string;
beforeAll(async () => {
  stack = await startStack({
    overlays: ["e2e/compose.e2e.yml"],
    env: { ISSUER_CONFIG: "e2e/config/issuer.yaml" },
  });
  token = await stack.token("svc-demo");
  invoice = (await createDraft(stack, token)).path;
});
afterAll(() => stack?.[Symbol.asyncDispose]());

type Refusal = { status: number; code: string; challenge: string | undefined };

function expectRefusal(answer: Answer, { status, code, challenge }: Refusal) {
  expect([answer.status, answer.json.code]).toEqual([status, code]);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.json).toMatchObject({ status, request_id: answer.headers.get("x-request-id") });
  expect(answer.json.type).toBe(`/problems/${code.replaceAll("_", "-")}`);
  expect(answer.headers.get("www-authenticate") ?? undefined).toEqual(challenge);
}

/** A request that is let through comes last: once billing has logged it, it has logged all before. */
async function heardByBilling({ headers }: Answer): Promise<boolean> {
  const last = await stack.get(invoice, { token });
  const has = (lines: { request_id?: string }[], id: string | null) =>
    lines.some(({ request_id }) => request_id === id);
  const lastId = last.headers.get("x-request-id");
  const lines = await until(
    () => stack.logs("billing"),
    (seen) => has(seen, lastId),
  );
  return has(lines, headers.get("x-request-id"));
}

async function expectRefusedAtTheDoor(answer: Answer, refusal: Refusal) {
  expectRefusal(answer, refusal);
  expect(await heardByBilling(answer)).toBe(false);
}

/** What RFC 6750 section 3 asks for with a token that is no good. */
function invalidToken(code: string, title: string): Refusal {
  const description = `error="invalid_token", error_description="${title}"`;
  return { status: 401, code, challenge: `Bearer realm="${billing}", ${description}` };
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

test("the token that the others are made from opens the door, and billing hears of it", async () => {
  const answer = await stack.get(invoice, { token });

  expect(answer.status).toBe(200);
  expect(await heardByBilling(answer)).toBe(true);
});

test("no token is refused, with a challenge that names no error", async () => {
  const challenge = `Bearer realm="${billing}"`;
  await expectRefusedAtTheDoor(await stack.get(invoice), {
    status: 401,
    code: "token_missing",
    challenge,
  });
});

test("claims that were changed under a signature are refused", async () => {
  const [header, , signature] = token.split(".");
  const tenant = "01920000-0000-7000-8000-000000000002";
  const forged = `${header}.${base64url({ ...decodeJwt(token), tenant })}.${signature}`;

  await expectRefusedAtTheDoor(
    await stack.get(invoice, { token: forged }),
    invalidToken("token_signature_invalid", "The token's signature does not fit"),
  );
});

test("a key of somebody else's is refused, under its own name and under the issuer's", async () => {
  const key = await createSigningKey();
  const { kid } = decodeProtectedHeader(token);
  const ownName = await signToken(key, decodeJwt(token));
  const issuersName = await signToken(key, decodeJwt(token), { kid });

  await expectRefusedAtTheDoor(
    await stack.get(invoice, { token: ownName }),
    invalidToken("token_key_unknown", "The token's key is not one of its issuer's"),
  );
  await expectRefusedAtTheDoor(
    await stack.get(invoice, { token: issuersName }),
    invalidToken("token_signature_invalid", "The token's signature does not fit"),
  );
});

test("the public key as a shared secret, and no signature at all, are refused", async () => {
  const { kid } = decodeProtectedHeader(token);
  const { keys } = (await stack.get("/oauth/jwks")).json;
  const input = (alg: string) => `${base64url({ alg, kid, typ: "at+jwt" })}.${token.split(".")[1]}`;
  const mac = createHmac("sha256", JSON.stringify(keys[0])).update(input("HS256"));
  const hashed = `${input("HS256")}.${mac.digest("base64url")}`;

  await expectRefusedAtTheDoor(
    await stack.get(invoice, { token: hashed }),
    invalidToken("token_algorithm_not_allowed", "The token's algorithm is not accepted here"),
  );
  await expectRefusedAtTheDoor(
    await stack.get(invoice, { token: `${input("none")}.` }),
    invalidToken("token_malformed", "The access token is not a well-formed JWT"),
  );
});

test("a token that has expired is refused, though it was good a moment ago", async () => {
  const brief = await briefToken();
  const first = await stack.get(invoice, { token: brief });
  expect(first.status).toBe(200);

  const late = await until(
    () => stack.get(invoice, { token: brief }),
    ({ status }) => status !== 200,
  );

  await expectRefusedAtTheDoor(late, invalidToken("token_expired", "The access token has expired"));
});

test("a token for another audience is refused", async () => {
  const elsewhere = await stack.token("svc-demo", { resource: reports });

  await expectRefusedAtTheDoor(
    await stack.get(invoice, { token: elsewhere }),
    invalidToken("token_audience_mismatch", "The token is meant for another service"),
  );
});

test("a token that may only read cannot write", async () => {
  const reader = await stack.token("svc-reader");
  expect((await stack.get(invoice, { token: reader })).status).toBe(200);
  const ada = { name: "Ada Lovelace", email: "ada@example.com" };

  const answer = await stack.post("/billing/v1/customers", ada, { token: reader });

  expect(answer.headers.get("www-authenticate")).toMatch(
    /^Bearer realm=".*", error="insufficient_scope", error_description=".*", scope="customers:write /,
  );
  await expectRefusedAtTheDoor(answer, {
    status: 403,
    code: "scope_missing",
    challenge: answer.headers.get("www-authenticate") ?? undefined,
  });
});

test("for another tenant an invoice is exactly as missing as one that never was", async () => {
  const rival = await stack.token("svc-rival");
  const never = `/billing/v1/invoices/${randomUUID()}`;

  const theirs = await stack.get(invoice, { token: rival });
  const nobodys = await stack.get(never, { token: rival });

  expectRefusal(theirs, { status: 404, code: "not_found", challenge: undefined });
  const { instance, request_id, ...rest } = nobodys.json;
  expect(theirs.json).toEqual({ ...rest, instance: invoice, request_id: expect.any(String) });
  expect([instance, request_id]).toEqual([never, nobodys.headers.get("x-request-id")]);
  expect(await heardByBilling(theirs)).toBe(true);
});

async function briefToken(): Promise<string> {
  const { access_token, expires_in } = (await stack.requestToken("svc-brief")).json;
  expect(expires_in).toBe(1);
  return access_token;
}
