import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { digest, secrets } from "../support/issuer-settings.ts";
import { openIssuer } from "../support/open-issuer.ts";
import { sendRaw } from "../support/send-raw.ts";
import { basic } from "../support/start-test-issuer.ts";
import { answerOf } from "../support/token-answer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

const grant = { grant_type: "client_credentials" };
const secret = secrets["svc-reader"];

test("both slots of a client's secrets work", async () => {
  const form = { ...grant, resource: "https://reports.tollgate.internal" };
  const old = { id: "svc-demo", secret: secrets["svc-demo-old"] };
  expect((await issuer.token(form, "svc-demo")).status).toBe(200);
  expect((await issuer.token(form, old)).status).toBe(200);
});

test("the hash of a secret is not the secret", async () => {
  const response = await issuer.token(grant, { id: "svc-reader", secret: digest(secret) });
  expect(response.status).toBe(401);
});

test("an unknown client, a disabled one and a wrong secret get the same answer", async () => {
  const wrong = [
    { id: "svc-reader", secret: "wrong" },
    { id: "svc-nobody-knows", secret: "wrong" },
    { id: "svc-nobody-knows", secret },
    { id: "(nobody)", secret: "wrong" },
    { id: "__proto__", secret: "wrong" },
    { id: "svc-disabled", secret: secrets["svc-disabled"] },
  ];
  const answers = await Promise.all(
    wrong.map(async (client) => {
      const response = await issuer.token(grant, client);
      const challenge = response.headers.get("www-authenticate");
      return { status: response.status, challenge, body: await response.json() };
    }),
  );
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({
    status: 401,
    challenge: expect.stringContaining('Basic realm="https://id.example.test"'),
    body: { error: "invalid_client", error_description: "client authentication failed" },
  });
});

test("a secret in the body is refused, alone or beside the header", async () => {
  const alone = await issuer.token(
    { ...grant, client_id: "svc-reader", client_secret: secret },
    null,
  );
  expect(alone.status).toBe(401);
  expect(await answerOf(alone)).toMatchObject({ error: "invalid_client" });

  const beside = await issuer.token({ ...grant, client_secret: secret }, "svc-reader");
  expect(beside.status).toBe(400);
  expect(await answerOf(beside)).toMatchObject({ error: "invalid_request" });
});

test("a secret in the query is not looked at", async () => {
  const target = `/oauth/token?client_id=svc-reader&client_secret=${secret}`;
  const response = await issuer.get(target, { method: "POST", body: new URLSearchParams(grant) });
  expect(response.status).toBe(400);
  expect(await answerOf(response)).toMatchObject({ error: "invalid_request" });
});

test("nobody at all is refused", async () => {
  const response = await issuer.token(grant, null);
  expect(response.status).toBe(400);
  expect(await answerOf(response)).toMatchObject({ error: "invalid_request" });
});

test("a client_id in the body that is not the header's is refused", async () => {
  const response = await issuer.token({ ...grant, client_id: "svc-demo" }, "svc-reader");
  expect(response.status).toBe(400);
});

const encode = (text: string | Buffer) => Buffer.from(text).toString("base64");

test.each([
  ["no credentials", "Basic"],
  ["empty credentials", "Basic "],
  ["no base64", "Basic !!!"],
  ["no colon", `Basic ${encode("svc-reader")}`],
  ["no secret", `Basic ${encode("svc-reader:")}`],
  ["no client", `Basic ${encode(":secret")}`],
  ["broken percent-encoding", `Basic ${encode("svc-reader:%zz")}`],
  ["control characters", `Basic ${encode("svc-reader:\u0000\n")}`],
  ["bytes that are not text", `Basic ${encode(Buffer.from([0xff, 0xfe, 0x3a, 0xff]))}`],
  ["another scheme", "Bearer abc"],
  ["more than credentials", `Basic ${encode("a:b")} and more`],
  ["bits that base64 does not have", "Basic YTpif="],
])("an Authorization header with %s is 401 and a challenge", async (_what, authorization) => {
  const response = await issuer.get("/oauth/token", {
    method: "POST",
    body: new URLSearchParams(grant),
    headers: { authorization },
  });
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toContain("Basic realm=");
  expect(await answerOf(response)).toMatchObject({ error: "invalid_client" });
});

test("two Authorization headers are refused, even when one is right", async () => {
  const response = await sendRaw(issuer.url, {
    method: "POST",
    target: "/oauth/token",
    headers: {
      authorization: [basic("svc-reader"), "Basic eDp5"],
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "grant_type=client_credentials",
  });
  expect(response.status).toBe(401);
});

test("a refusal leaves one line with the reason, and no secret in any line", async () => {
  await issuer.token(grant, { id: "svc-denied", secret: "a-secret-that-must-not-show" });

  const line = issuer.linesOf("token_denied").find((each) => each.client_id === "svc-denied");

  expect(line).toMatchObject({ error: "invalid_client", grant: "client_credentials" });
  const everything = JSON.stringify(issuer.lines);
  expect(everything).not.toContain("a-secret-that-must-not-show");
  for (const each of Object.values(secrets)) expect(everything).not.toContain(each);
});
