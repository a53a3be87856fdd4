import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createSigningKey } from "@tollgate/shared/testing/signing-keys";
import { decodeJwt } from "jose";
import type { Browser } from "../support/browser.ts";
import { authorizeParams, authorizePath, browserOf, redeem } from "../support/log-in.ts";
import { openFederatedIssuer } from "../support/open-federated-issuer.ts";
import { issuerUrl } from "../support/sign-assertion.ts";
import { outsideClient, startOutsideProvider } from "../support/start-outside-provider.ts";

type Outside = Awaited<ReturnType<typeof startOutsideProvider>>;

let outside: Outside;
let other: Outside;
let issuer: Awaited<ReturnType<typeof openFederatedIssuer>>;
beforeAll(async () => {
  [outside, other] = [await startOutsideProvider(), await startOutsideProvider()];
  issuer = await openFederatedIssuer(
    providerText("outside", outside.issuer) +
      providerText("other", other.issuer) +
      providerText("away", "http://localhost:1"),
    { outside: outsideClient.secret },
  );
});
afterAll(async () => {
  for (const each of [issuer, outside, other]) await each[Symbol.asyncDispose]();
});

const providerText = (name: string, url: string) => `
  - name: ${name}
    issuer: ${url}
    algorithms: [RS256]
    login:
      client_id: ${outsideClient.id}
      client_secret_file: \${OUTSIDE_SECRETS}/outside
      scopes: [openid, profile]
      display_name: The ${name} one
`;

/** From the app to the login page, and to the provider that the person chooses there. */
async function leave(browser: Browser, provider = "outside", changes = {}) {
  const params = authorizeParams("app-web", changes);
  const shown = await browser.follow(await browser.open(authorizePath(params)));
  const { action, fields } = shown.form(`/federated/${provider}`);
  return { shown, begun: await browser.submit(action, fields) };
}

const back = (answer: Record<string, string>, provider = "outside") =>
  `/oauth/federation/callback/${provider}?${new URLSearchParams(answer)}`;

async function come(browser: Browser, answer: Record<string, string>, provider = "outside") {
  return await browser.follow(await browser.open(back(answer, provider)));
}

test("a person logs in at another provider, and the app gets our tokens of who they are here", async () => {
  const browser = browserOf(issuer);
  const { shown, begun } = await leave(browser);
  expect(shown.text).toContain("Continue with The outside one");
  expect(shown.headers.get("content-security-policy")).toContain(outside.issuer);
  expect(begun.status).toBe(303);
  expect(begun.location).toMatch(`${outside.issuer}/authorize?`);
  expect(Object.fromEntries(new URL(begun.location).searchParams)).toEqual({
    response_type: "code",
    client_id: outsideClient.id,
    redirect_uri: `${issuerUrl}/oauth/federation/callback/outside`,
    scope: "openid profile",
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: "S256",
  });

  const end = await come(browser, outside.approve(begun.location));
  const tokens = await redeem(issuer, "app-web", end.params.code ?? "");
  expect(tokens.status).toBe(200);
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    ...{ sub: "usr_ada", client_id: "app-web", token_use: "user", scope: "openid invoices:read" },
    ...{ amr: ["hwk"], auth_time: expect.any(Number) },
  });
  expect(issuer.linesOf("login_succeeded").at(-1)).toMatchObject({
    ...{ sub: "usr_ada", provider: "outside", amr: ["hwk"], acr: "gold" },
  });
});

test("when they logged in is what the provider says, and never in the future", async () => {
  for (const [said, heard] of [
    [1_000_000, 1_000_000],
    [9_000_000_000, undefined],
  ]) {
    const browser = browserOf(issuer);
    const { begun } = await leave(browser);
    const end = await come(
      browser,
      outside.approve(begun.location, { claims: { auth_time: said } }),
    );
    // So long ago that the engine would ask again at once, were this not an answer to its question.
    const tokens = await redeem(issuer, "app-web", end.params.code ?? "");
    const { auth_time, iat } = decodeJwt(tokens.access_token);
    expect(auth_time).toBeLessThanOrEqual(heard ?? Number(iat));
  }
});

test("whoever must log in anew must do so there, and is not let in without", async () => {
  const browser = browserOf(issuer);
  const { begun } = await leave(browser, "outside", { prompt: "login" });
  const { searchParams } = new URL(begun.location);
  expect(searchParams.get("prompt")).toBe("login");
  expect(searchParams.get("max_age")).toBe("0");
  const longAgo = { auth_time: Math.floor(Date.now() / 1_000) - 600 };
  const end = await come(browser, outside.approve(begun.location, { claims: longAgo }));
  expectRefused(end, 502, "login_not_renewed");
});

test("an answer is good once", async () => {
  const browser = browserOf(issuer);
  const { begun } = await leave(browser);
  const answer = outside.approve(begun.location);
  const received = await browser.open(back(answer));
  const again = received.ownPath ?? "";
  expect((await come(browser, answer)).params.code).toBeDefined();
  expect((await browser.open(again)).status).toBe(400);
  expectRefused(await come(browser, answer), 400, "state_unknown");
});

test("of copies of an answer that come at once, one is taken", async () => {
  const browser = browserOf(issuer);
  const { begun } = await leave(browser);
  const answer = outside.approve(begun.location);
  const path = (await browser.open(back(answer))).ownPath ?? "";
  const pages = await Promise.all(Array.from({ length: 8 }, () => browser.open(path)));
  expect(pages.filter(({ status }) => status === 303)).toHaveLength(1);
  expect(outside.redeemed.filter((code) => code === answer.code)).toHaveLength(1);
});

test("an answer to somebody else's question logs nobody in", async () => {
  const [attacker, victim] = [browserOf(issuer), browserOf(issuer)];
  const { begun } = await leave(attacker);
  await leave(victim);
  const answer = outside.approve(begun.location);
  const page = await come(victim, answer);
  expect(page.status).toBe(400);
  expect(page.text).toContain("opened in another browser");
  expect(outside.redeemed).not.toContain(answer.code);
});

test("an answer that is moved into another interaction of the same browser logs nobody in", async () => {
  const browser = browserOf(issuer);
  const first = await leave(browser);
  const second = await leave(browser);
  const answer = outside.approve(first.begun.location);
  const [from, into] = [first, second].map(({ shown }) => shown.form("/federated/outside").action);
  const moved = (await browser.open(back(answer))).ownPath?.replace(from ?? "", into ?? "");
  expectRefused(await browser.open(moved ?? ""), 400, "state_foreign");
  expect(outside.redeemed).not.toContain(answer.code);
});

test("one provider's answer is not taken for another's (RFC 9207)", async () => {
  const browser = browserOf(issuer);
  const { begun } = await leave(browser, "other");
  const answer = outside.approve(begun.location);
  expectRefused(await come(browser, answer, "outside"), 400, "mix_up");
  expectRefused(await come(browser, answer, "other"), 502, "oauth_invalid_response");
  expect([...outside.redeemed, ...other.redeemed]).not.toContain(answer.code);
});

test("an answer without the issuer is not taken of a provider that promises it", async () => {
  const browser = browserOf(issuer);
  const { begun } = await leave(browser);
  const { iss: _, ...answer } = outside.approve(begun.location);
  expectRefused(await come(browser, answer), 502, "oauth_invalid_response");
});

test.each([
  ["no state", { state: "" }],
  ["a state that nobody gave", { state: "x".repeat(43) }],
  ["a state that is no text", { state: "\u0000" }],
])("an answer with %s leads nowhere", async (_what, changes) => {
  const browser = browserOf(issuer);
  const { begun } = await leave(browser);
  const page = await come(browser, { ...outside.approve(begun.location), ...changes });
  expectRefused(page, 400, "state_unknown");
});

test("who is not let in there is told so, in our words", async () => {
  const browser = browserOf(issuer);
  const { begun } = await leave(browser);
  const { state, iss } = outside.approve(begun.location) as { state: string; iss: string };
  const said = { error: "access_denied", error_description: "<script>alert(1)</script>" };
  const page = await come(browser, { state, iss, ...said });
  expectRefused(page, 403, "it answered access_denied");
  expect(page.text).not.toContain("alert");
});

function tokenAnswer(id_token: string): string {
  return JSON.stringify({ access_token: "theirs", token_type: "Bearer", id_token });
}

const now = () => Math.floor(Date.now() / 1_000);

test.each<[string, () => Promise<Parameters<Outside["approve"]>[1]>, string]>([
  ["for another client", async () => ({ claims: { aud: "another" } }), "oauth_jwt_claim"],
  ["of another issuer", async () => ({ claims: { iss: other.issuer } }), "oauth_jwt_claim"],
  ["with another nonce", async () => ({ claims: { nonce: "x" } }), "oauth_jwt_claim"],
  ["without a nonce", async () => ({ claims: { nonce: undefined } }), "oauth_"],
  ["expired", async () => ({ claims: { exp: now() - 120 } }), "oauth_jwt_timestamp"],
  ["of nobody", async () => ({ claims: { sub: undefined } }), "oauth_"],
  ["of a foreign key", async () => ({ key: await createSigningKey("RS256") }), "oauth_"],
  [
    "of a foreign key under the right name",
    async () => ({ key: await createSigningKey("RS256"), header: { kid: outside.key.kid } }),
    "oauth_",
  ],
  ["of another algorithm", async () => ({ key: await createSigningKey("ES256") }), "oauth_"],
])("an ID token %s logs nobody in", async (_what, changes, reason) => {
  const browser = browserOf(issuer);
  const { begun } = await leave(browser);
  const end = await come(browser, outside.approve(begun.location, await changes()));
  expectRefused(end, 502, reason);
});

test.each([
  ["nobody is linked to", "00u-stranger", "person_unknown"],
  ["a disabled user is linked to", "00u-bob", "person_disabled"],
])("an account that %s is told so", async (_what, sub, reason) => {
  const browser = browserOf(issuer);
  const { begun } = await leave(browser);
  const claims = { sub, email: "ada@example.com", email_verified: true };
  expectRefused(await come(browser, outside.approve(begun.location, { claims })), 403, reason);
});

test("a provider that is down is told as that, and the next try finds it again", async () => {
  const browser = browserOf(issuer);
  expectRefused((await leave(browser, "away")).begun, 503, "no_answer");
  const { begun } = await leave(browser);
  const answer = outside.approve(begun.location);
  outside.answerWith((request) => request.socket.destroy());
  expectRefused(await come(browser, answer), 503, "no_answer");
  outside.answerWith(undefined);
  const again = await leave(browser);
  expect((await come(browser, outside.approve(again.begun.location))).params.code).toBeDefined();
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
    const browser = browserOf(issuer);
    const { begun } = await leave(browser);
    const answer = outside.approve(begun.location);
    outside.answerWith(listener);
    expect((await come(browser, answer)).status).toBe(status);
    outside.answerWith(undefined);
  }
});

test.each<[string, number, Record<string, string>, string]>([
  ["that breaks off in a token", 200, {}, '{"access_token":"theirs"x'],
  ["that is no ID token", 200, {}, tokenAnswer("theirs.theirs.theirs")],
  ["with a challenge", 401, { "www-authenticate": 'Basic realm="theirs"' }, "{}"],
  ["with an error of its own", 400, {}, '{"error":"THEIRS","error_description":"theirs"}'],
])("nothing of an answer %s is logged", async (_what, status, headers, body) => {
  const browser = browserOf(issuer);
  const { begun } = await leave(browser);
  const answer = outside.approve(begun.location);
  const before = issuer.lines.length;
  outside.answerWith((_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  });
  const page = await come(browser, answer);
  outside.answerWith(undefined);
  expect(page.status).toBe(502);
  expect(JSON.stringify(issuer.lines.slice(before)) + page.text).not.toMatch(/theirs/i);
});

test("a form that is not our page's begins nothing, and an unknown provider is not found", async () => {
  const browser = browserOf(issuer);
  const { shown } = await leave(browser);
  const { action, fields } = shown.form("/federated/outside");
  expect((await browser.submit(action, { ...fields, csrf: "x" })).status).toBe(403);
  expect((await browser.submit(action.replace("outside", "nowhere"), fields)).status).toBe(404);
  expect((await browser.open(action)).status).toBe(405);
});

test("an answer of a provider that there is not is not found, and leaves no trace", async () => {
  const before = issuer.linesOf("login_failed").length;
  const nowhere = `${"z".repeat(5_000)}%00`;
  const page = await browserOf(issuer).open(`/oauth/federation/callback/${nowhere}?state=x`);
  expect(page.status).toBe(404);
  expect(issuer.linesOf("login_failed")).toHaveLength(before);
});

test("while the store is away an answer is neither taken nor lost", async () => {
  const browser = browserOf(issuer);
  const { begun } = await leave(browser);
  const answer = outside.approve(begun.location);
  await issuer.database.run("ALTER TABLE engine_records RENAME TO away");
  const page = await browser.open(back(answer));
  await issuer.database.run("ALTER TABLE away RENAME TO engine_records");
  expect(page.status).toBe(503);
  expect(page.headers.get("retry-after")).toBe("2");
  expect(page.text).toContain("dependency_unavailable");
  expect((await come(browser, answer)).params.code).toBeDefined();
});

test("nothing of an outside login is kept or logged that would be good for anything", async () => {
  const browser = browserOf(issuer);
  const { begun } = await leave(browser);
  const answer = outside.approve(begun.location);
  await come(browser, answer);
  await issuer.audited();
  const stored = await issuer.database.run("SELECT * FROM engine_records");
  const kept = JSON.stringify([stored, await issuer.database.run("SELECT * FROM audit_events")]);
  for (const secret of [answer.state, answer.code, outsideClient.secret, "theirs"]) {
    expect(kept + JSON.stringify(issuer.lines)).not.toContain(JSON.stringify(secret).slice(1, -1));
  }
});

/** A page of ours that says what happened, the reason in the audit alone, and nobody logged in. */
function expectRefused(page: Awaited<ReturnType<Browser["open"]>>, status: number, reason: string) {
  expect({ status: page.status, text: page.text }).toMatchObject({ status });
  expect(page.headers.get("content-type")).toContain("text/html");
  expect(page.text).not.toMatch(/oauth_|theirs| at .*\.[jt]s/i);
  const last = issuer.lines.filter(({ event }) => String(event).startsWith("login_")).at(-1);
  expect(last).toMatchObject({ event: "login_failed", reason: expect.stringContaining(reason) });
}
