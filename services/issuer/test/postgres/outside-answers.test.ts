import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createSigningKey } from "@tollgate/shared/testing/signing-keys";
import { browserOf } from "../support/log-in.ts";
import { come, leave, type Outside, openOutsideLogin } from "../support/outside-login.ts";

let login: Awaited<ReturnType<typeof openOutsideLogin>>;
beforeAll(async () => {
  login = await openOutsideLogin();
});
afterAll(() => login[Symbol.asyncDispose]());

function tokenAnswer(id_token: string): string {
  return JSON.stringify({ access_token: "theirs", token_type: "Bearer", id_token });
}

const now = () => Math.floor(Date.now() / 1_000);

test("who is not let in there is told so, in our words", async () => {
  const browser = browserOf(login.issuer);
  const { begun } = await leave(browser);
  const { state, iss } = login.outside.approve(begun.location) as { state: string; iss: string };
  const said = { error: "access_denied", error_description: "<script>alert(1)</script>" };
  const page = await come(browser, { state, iss, ...said });
  login.expectRefused(page, 403, "it answered access_denied");
  expect(page.text).not.toContain("alert");
});

test.each<[string, () => Promise<Parameters<Outside["approve"]>[1]>, string]>([
  ["for another client", async () => ({ claims: { aud: "another" } }), "oauth_jwt_claim"],
  ["of another issuer", async () => ({ claims: { iss: login.other.issuer } }), "oauth_jwt_claim"],
  ["with another nonce", async () => ({ claims: { nonce: "x" } }), "oauth_jwt_claim"],
  ["without a nonce", async () => ({ claims: { nonce: undefined } }), "oauth_"],
  ["expired", async () => ({ claims: { exp: now() - 120 } }), "oauth_jwt_timestamp"],
  ["of nobody", async () => ({ claims: { sub: undefined } }), "oauth_"],
  ["of a foreign key", async () => ({ key: await createSigningKey("RS256") }), "oauth_"],
  [
    "of a foreign key under the right name",
    async () => ({ key: await createSigningKey("RS256"), header: { kid: login.outside.key.kid } }),
    "oauth_",
  ],
  ["of another algorithm", async () => ({ key: await createSigningKey("ES256") }), "oauth_"],
])("an ID token %s logs nobody in", async (_what, changes, reason) => {
  const browser = browserOf(login.issuer);
  const { begun } = await leave(browser);
  const end = await come(browser, login.outside.approve(begun.location, await changes()));
  login.expectRefused(end, 502, reason);
});

test.each([
  ["nobody is linked to", "00u-stranger", "person_unknown"],
  ["a disabled user is linked to", "00u-bob", "person_disabled"],
])("an account that %s is told so", async (_what, sub, reason) => {
  const browser = browserOf(login.issuer);
  const { begun } = await leave(browser);
  const claims = { sub, email: "ada@example.com", email_verified: true };
  login.expectRefused(
    await come(browser, login.outside.approve(begun.location, { claims })),
    403,
    reason,
  );
});

test("a provider that is down is told as that, and the next try finds it again", async () => {
  const browser = browserOf(login.issuer);
  login.expectRefused((await leave(browser, "away")).begun, 503, "no_answer");
  const { begun } = await leave(browser);
  const answer = login.outside.approve(begun.location);
  login.outside.answerWith((request) => request.socket.destroy());
  login.expectRefused(await come(browser, answer), 503, "no_answer");
  login.outside.answerWith(undefined);
  const again = await leave(browser);
  expect(
    (await come(browser, login.outside.approve(again.begun.location))).params.code,
  ).toBeDefined();
});

test("no answer of a provider's is followed elsewhere, nor read without end", async () => {
  for (const [listener, status] of [
    [
      (_: unknown, response: ServerResponse) =>
        void response.writeHead(307, { location: "/x" }).end(),
      502,
    ],
    [(_: unknown, response: ServerResponse) => void response.end(" ".repeat(300_000)), 503],
  ] as const) {
    const browser = browserOf(login.issuer);
    const { begun } = await leave(browser);
    const answer = login.outside.approve(begun.location);
    login.outside.answerWith(listener);
    expect((await come(browser, answer)).status).toBe(status);
    login.outside.answerWith(undefined);
  }
});

test.each<[string, number, Record<string, string>, string]>([
  ["that breaks off in a token", 200, {}, '{"access_token":"theirs"x'],
  ["that is no ID token", 200, {}, tokenAnswer("theirs.theirs.theirs")],
  ["with a challenge", 401, { "www-authenticate": 'Basic realm="theirs"' }, "{}"],
  ["with an error of its own", 400, {}, '{"error":"THEIRS","error_description":"theirs"}'],
])("nothing of an answer %s is logged", async (_what, status, headers, body) => {
  const browser = browserOf(login.issuer);
  const { begun } = await leave(browser);
  const answer = login.outside.approve(begun.location);
  const before = login.issuer.lines.length;
  login.outside.answerWith((_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  });
  const page = await come(browser, answer);
  login.outside.answerWith(undefined);
  expect(page.status).toBe(502);
  expect(JSON.stringify(login.issuer.lines.slice(before)) + page.text).not.toMatch(/theirs/i);
});

test("an answer of a provider that there is not is not found, and leaves no trace", async () => {
  const before = login.issuer.linesOf("login_failed").length;
  const nowhere = `${"z".repeat(5_000)}%00`;
  const page = await browserOf(login.issuer).open(`/oauth/federation/callback/${nowhere}?state=x`);
  expect(page.status).toBe(404);
  expect(login.issuer.linesOf("login_failed")).toHaveLength(before);
});
