import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openIssuer } from "../support/open-issuer.ts";
import { sendRaw } from "../support/send-raw.ts";
import { basic } from "../support/start-test-issuer.ts";
import { answerOf } from "../support/token-answer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

const form = "application/x-www-form-urlencoded";
const post = (body: string | string[], headers: Record<string, string> = {}) =>
  sendRaw(issuer.url, {
    method: "POST",
    target: "/oauth/token",
    headers: { "content-type": form, authorization: basic("svc-reader"), ...headers },
    body,
  });

test("a body of more than 16 kB is 413, whether its length is declared or not", async () => {
  const padding = "a".repeat(17_000);
  const declared = await post(`grant_type=client_credentials&x=${padding}`);
  const undeclared = await post(["grant_type=client_credentials&x=", padding]);
  for (const { status, text } of [declared, undeclared]) {
    expect(status).toBe(413);
    expect(JSON.parse(text)).toMatchObject({ error: "invalid_request" });
  }
});

test("a smaller body without a declared length is read", async () => {
  const response = await post(["grant_type=client", "_credentials"]);
  expect(response.status).toBe(200);
});

test.each([
  ["application/json", '{"grant_type":"client_credentials"}'],
  ["multipart/form-data; boundary=x", "--x--"],
  ["text/plain", "grant_type=client_credentials"],
  ["nonsense", "grant_type=client_credentials"],
])("a body of type %s is 400", async (type, body) => {
  const response = await post(body, { "content-type": type });
  expect(response.status).toBe(400);
  expect(JSON.parse(response.text)).toMatchObject({ error: "invalid_request" });
});

test.each([
  ["", "invalid_request"],
  ["grant_type=", "invalid_request"],
  ["grant_type=password&username=a&password=b", "unsupported_grant_type"],
  ["grant_type=authorization_code&code=x", "invalid_request"], // not this client's
  ["grant_type=refresh_token&refresh_token=x", "invalid_request"],
  ["grant_type=implicit", "unsupported_grant_type"],
  ["grant_type=__proto__", "unsupported_grant_type"],
  ["grant_type=client_credentials&grant_type=client_credentials", "invalid_request"],
  ["grant_type=client_credentials&scope=%00", "invalid_scope"],
  ["grant_type=client_credentials&scope=a%22b", "invalid_scope"],
  ["grant_type=client_credentials&scope=a&scope=b", "invalid_request"],
  ["grant_type=client_credentials&__proto__=x&constructor=y", undefined],
])("the form %j is answered in the words of RFC 6749", async (body, error) => {
  const response = await post(body);
  expect(response.status).toBe(error === undefined ? 200 : 400);
  expect(JSON.parse(response.text).error).toBe(error);
});

test("an Accept header for HTML does not turn a refusal into a page", async () => {
  const response = await post("grant_type=nothing", { accept: "text/html" });
  expect(response.headers["content-type"]).toMatch(/^application\/json/);
  expect(JSON.parse(response.text)).toMatchObject({ error: "unsupported_grant_type" });
});

test.each(["/oauth/introspect", "/oauth/revoke"])(
  "%s takes garbage for garbage",
  async (target) => {
    const bodies = [
      "",
      "token=",
      "token=a&token=b",
      "token=%00",
      "token=e30.e30.",
      `token=${Buffer.from('{"alg":"ES256"}').toString("base64url")}.e30.AA`,
      `token=${Buffer.from('{"alg":"ES256","kid":"__proto__","typ":"at+jwt"}').toString("base64url")}.e30.AA`,
      `token=${Buffer.from('{"alg":"none"}').toString("base64url")}.${"A".repeat(12_000)}.AA`,
      "token=x&token_type_hint=nonsense",
      "token=x&__proto__=y",
    ];
    for (const body of bodies) {
      const response = await sendRaw(issuer.url, {
        method: "POST",
        target,
        headers: { "content-type": form, authorization: basic("svc-reader") },
        body,
      });
      expect([200, 400]).toContain(response.status);
      expect(response.text).not.toContain("true");
    }
  },
);

test.each([
  ["GET", "/oauth/token", 405, "POST, OPTIONS"],
  ["POST", "/oauth/jwks", 405, "HEAD, GET"],
  ["DELETE", "/oauth/token", 405, "POST, OPTIONS"],
  ["DELETE", "/oauth/userinfo", 405, "OPTIONS, HEAD, GET, POST"],
  ["GET", "/oauth/interaction/x/login", 405, "POST"],
])("%s %s is %i and says what is allowed", async (method, target, status, allow) => {
  const response = await issuer.get(target, { method });
  expect(response.status).toBe(status);
  expect(response.headers.get("allow")).toBe(allow);
  expect(await answerOf(response)).toMatchObject({ error: "invalid_request" });
});

test.each([
  "/oauth/auth",
  "/oauth/request",
  "/oauth/device/auth",
  "/oauth/reg",
  "/oauth/me",
  "/oauth/token/",
  "/oauth/TOKEN",
  "/oauth/%74oken",
  "/oauth/",
])("%s, which the engine may know, is not there", async (target) => {
  const response = await sendRaw(issuer.url, { target });
  expect(response.status).toBe(404);
  expect(JSON.parse(response.text)).toMatchObject({ error: "invalid_request" });
});

test.each([
  "/",
  "/session/end",
  "/interaction/x",
  "/reg",
  "/me",
  "/oauth",
  "/internal",
  "//oauth/token",
])("%s is a problem with the code not_found", async (target) => {
  const response = await sendRaw(issuer.url, { target });
  expect(response.status).toBe(404);
  expect(response.headers["content-type"]).toMatch(/^application\/problem\+json/);
  expect(JSON.parse(response.text)).toMatchObject({ code: "not_found" });
});

test("nothing that was sent here was answered as our fault", () => {
  const statuses = issuer.linesOf("request_answered").map(({ status }) => Number(status));
  expect(statuses.length).toBeGreaterThan(50);
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
});
