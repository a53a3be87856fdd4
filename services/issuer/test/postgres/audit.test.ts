import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";
import { secrets } from "../support/issuer-settings.ts";
import { openIssuer } from "../support/open-issuer.ts";
import { people } from "../support/people.ts";
import { answerOf } from "../support/token-answer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

const grant = { grant_type: "client_credentials" };
const rows = async (event: string) => {
  await issuer.audited();
  return await issuer.database.run(
    `SELECT * FROM audit_events WHERE event = '${event}' ORDER BY at, audit_id`,
  );
};

test("a mint and a denial are each one line and one row, under one audit_id", async () => {
  const answer = await answerOf(await issuer.token(grant, "svc-reader"));
  const { jti } = decodeJwt(answer.access_token);
  await issuer.token({ ...grant, scope: "everything" }, "svc-reader");

  const [issued] = await rows("token_issued");
  expect(issued).toMatchObject({
    client_id: "svc-reader",
    sub: "svc-reader",
    jti,
    kid: expect.any(String),
    ip: expect.any(String),
    request_id: expect.any(String),
    details: { scope: "invoices:read", grant: "client_credentials" },
  });
  const [denied] = await rows("token_denied");
  expect(denied).toMatchObject({
    client_id: "svc-reader",
    details: { error: "invalid_scope", scope: "everything" },
  });
  for (const row of [issued, denied]) {
    const lines = issuer.lines.filter((line) => line.audit_id === row?.audit_id);
    expect(lines).toMatchObject([{ event: row?.event, request_id: row?.request_id }]);
  }
});

test("to introspect a token is no denial, to revoke one is an event", async () => {
  const denials = (await rows("token_denied")).length;
  const { access_token } = await answerOf(await issuer.token(grant, "svc-reader"));
  await issuer.introspect(access_token, "svc-billing");
  await issuer.revoke(access_token, "svc-reader");
  expect(await rows("token_denied")).toHaveLength(denials);
  expect(await rows("token_revoked")).toMatchObject([
    { client_id: "svc-reader", jti: decodeJwt(access_token).jti },
  ]);
});

test("each log-in is one line and one row, with who and where, and why not", async () => {
  const logIn = (username: string, password: string, ip: string) =>
    issuer.users.logIn(username, password, ip, { log: issuer.log, requestId: "request-1" });
  const { ada, bob } = people;
  await logIn("ada", ada.password, "192.0.2.7");
  // At once: the sixth is counted while the rest after the fifth lasts, however slow the machine is.
  const guesses = Array.from({ length: 6 }, (_, time) => `not-hers-${time}`);
  await Promise.all(guesses.map((guess) => logIn("ada", guess, "192.0.2.8")));
  await logIn(bob.username, bob.password, "192.0.2.7");
  await logIn("a-password-in-the-wrong-field", "x", "192.0.2.7");

  const here = { ip: "192.0.2.7", request_id: "request-1" };
  expect(await rows("login_succeeded")).toMatchObject([{ ...here, sub: "usr_ada" }]);
  expect(await rows("login_failed")).toMatchObject([
    ...Array(5).fill({ sub: "usr_ada", ip: "192.0.2.8", details: { reason: "password" } }),
    { ...here, sub: "usr_bob", details: { reason: "disabled" } },
    { ...here, sub: null, details: { reason: "unknown" } },
  ]);
  const [locked] = await rows("login_locked");
  expect(locked).toMatchObject({ sub: "usr_ada", ip: "192.0.2.8" });
  expect(issuer.lines.filter((line) => line.audit_id === locked?.audit_id)).toHaveLength(1);
}, 60_000);

test("the keys' making is in the trail from the first one on", async () => {
  expect(await rows("key_made")).toHaveLength(4);
});

test("rows can be added and read, and nothing else, by the service or by the owner", async () => {
  for (const change of [
    "UPDATE audit_events SET event = 'nothing'",
    "DELETE FROM audit_events",
    "TRUNCATE audit_events",
  ]) {
    await expect(issuer.database.run(change)).rejects.toThrow("append-only");
  }
  const [rights] = await issuer.database.run(
    `SELECT has_table_privilege('${issuer.database.appRole}', 'audit_events', 'UPDATE') AS changes,
            has_table_privilege('${issuer.database.appRole}', 'audit_events', 'DELETE') AS deletes`,
  );
  expect(rights).toEqual({ changes: false, deletes: false });
});

test("what a caller sends cannot poison the trail", async () => {
  const form = { ...grant, scope: "a\u0000b", resource: "\u{1F600}\ud800'; DROP TABLE x; --" };
  expect((await issuer.token(form, "svc-reader")).status).toBe(400);
  const denials = await rows("token_denied");
  expect(denials.at(-1)).toMatchObject({ details: { scope: "a\uFFFDb" } });
  expect(issuer.linesOf("audit_row_refused")).toEqual([]);
});

test("a thousand mints at once are a thousand rows", async () => {
  const before = (await rows("token_issued")).length;
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(Array.from({ length: 100 }, () => issuer.token(grant, "svc-reader")));
  }
  expect((await rows("token_issued")).length).toBe(before + 1_000);
}, 30_000);

test("while the database is away tokens are minted, and their rows come when it is back", async () => {
  const before = (await rows("token_issued")).length;
  await issuer.database.takeDown();
  expect((await issuer.token(grant, "svc-reader")).status).toBe(200);
  expect((await issuer.token(grant, "svc-reader")).status).toBe(200);
  await issuer.database.bringBack();
  await issuer.becomes(200);
  expect((await rows("token_issued")).length).toBe(before + 2);
});

test("tollgate audit shows the latest, by whatever it is asked for", async () => {
  const answer = await answerOf(await issuer.token(grant, "svc-reader"));
  const jti = String(decodeJwt(answer.access_token).jti);
  const shown = await issuer.tollgate("audit", "--jti", jti);
  expect(shown.split("\n")).toHaveLength(2);
  expect(shown).toMatch(/^at +event +client_id/);
  expect(shown).toContain("token_issued");
  const latest = await issuer.tollgate("audit", "--limit=3", "--event", "token_issued");
  expect(latest.split("\n")).toHaveLength(4);
  expect(latest).toContain(jti);
  await expect(issuer.tollgate("audit", "--limit", "0")).rejects.toThrow("limit");
  await expect(issuer.tollgate("audit", "--nonsense", "x")).rejects.toThrow("nonsense");
});

test("a dump of the store holds no secret, no password, no token and no private key", async () => {
  const answer = await answerOf(await issuer.token(grant, "svc-reader"));
  const person = JSON.stringify({ username: "scanned", access: [] });
  const added = await issuer.tollgateWith(
    "a password that is scanned for",
    ...["users", "add", person, "--password", "stdin"],
  );
  expect(added).toContain("scanned");
  await issuer.audited();
  const tables = await issuer.database.run(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  const dump = await Promise.all(
    tables.map(({ table_name }) =>
      issuer.database.run(`SELECT to_jsonb(t)::text AS row FROM "${table_name}" t`),
    ),
  );
  const text = JSON.stringify(dump);
  expect(text).toContain("token_issued");
  for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
  // Of those whom the test above has let type them, in one field or the other.
  for (const typed of [
    ...Object.values(people).flatMap(({ password }) => [password, JSON.stringify(password)]),
    ...["a password that is scanned for", "not-hers-", "a-password-in-the-wrong-field"],
  ]) {
    expect(text).not.toContain(typed);
    expect(JSON.stringify(issuer.lines)).not.toContain(typed);
  }
  expect(text).not.toContain(answer.access_token.split(".")[2]);
  expect(text).not.toMatch(/\\*"(d|p|q|dp|dq|qi)\\*":/);
});
