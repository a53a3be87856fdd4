import { expect, test } from "@jest/globals";
import { decodeProtectedHeader, importJWK, type JWK, jwtVerify } from "jose";
import { createIssuerDatabase } from "../support/issuer-database.ts";
import { issuerSettings } from "../support/issuer-settings.ts";
import { startTestIssuer } from "../support/start-test-issuer.ts";
import { type Answer, answerOf } from "../support/token-answer.ts";

type Issuer = Awaited<ReturnType<typeof startTestIssuer>>;

async function openReplicas(count: number, changes: Record<string, string> = {}) {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await createIssuerDatabase());
  const settings = opened.use(await issuerSettings(database.url));
  const replicas: Issuer[] = [];
  let ahead = 0;
  for (let each = 0; each < count; each += 1) {
    const env = { ...settings.env, ...changes };
    replicas.push(opened.use(await startTestIssuer(env, () => Date.now() + ahead)));
  }
  for (const replica of replicas) await replica.becomes(200);
  const open = opened.move();
  return {
    database,
    replicas: replicas as [Issuer, ...Issuer[]],
    advance: (ms: number) => {
      ahead += ms;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

const grant = { grant_type: "client_credentials" };
const mint = async (issuer: Issuer): Promise<Answer> =>
  answerOf(await issuer.token(grant, "svc-reader"));
const keysOf = async (issuer: Issuer) =>
  ((await (await issuer.get("/oauth/jwks")).json()) as { keys: (JWK & { kid: string })[] }).keys;
const kidsOf = async (issuer: Issuer) => (await keysOf(issuer)).map(({ kid }) => kid).sort();

async function verify(token: string, keys: (JWK & { kid: string })[]) {
  const jwk = keys.find(({ kid }) => kid === decodeProtectedHeader(token).kid);
  if (jwk === undefined) throw new Error("the key is not in the JWKS");
  return await jwtVerify(token, await importJWK(jwk));
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it did not come about");
}

test("ten rotations under load: no error, eleven kids, and no process restarted", async () => {
  await using opened = await openReplicas(1, { ISSUER_KEY_PUBLISH_SECONDS: "0" });
  const [issuer] = opened.replicas;
  const kids = new Set<unknown>();
  let rotating = true;

  async function load(): Promise<void> {
    while (rotating) {
      const response = await issuer.token(grant, "svc-reader");
      expect(response.status).toBe(200);
      const { access_token } = await answerOf(response);
      kids.add(decodeProtectedHeader(access_token).kid);
      await verify(access_token, await keysOf(issuer));
    }
  }

  const loads = [load(), load(), load(), load()];
  for (let rotation = 0; rotation < 10; rotation += 1) {
    const seen = kids.size;
    await issuer.tollgate("keys", "rotate");
    await eventually(async () => kids.size > seen);
  }
  rotating = false;
  await Promise.all(loads);
  expect(kids.size).toBe(11);
}, 60_000);

test("two replicas at different stages of a rotation verify each other's tokens", async () => {
  await using opened = await openReplicas(2);
  const [first, second] = opened.replicas as [Issuer, Issuer];
  const before = { token: (await mint(second)).access_token, keys: await keysOf(second) };
  await first.tollgate("keys", "rotate");
  const after = { token: (await mint(first)).access_token, keys: await keysOf(first) };

  const kid = (token: string) => decodeProtectedHeader(token).kid;
  expect(kid(after.token)).not.toBe(kid(before.token));
  for (const { token } of [before, after]) {
    for (const { keys } of [before, after]) await verify(token, keys);
  }
  await eventually(async () => kid((await mint(second)).access_token) === kid(after.token));
});

test("replicas that are told to rotate at once, and those whose time has come, rotate once", async () => {
  await using opened = await openReplicas(3, { ISSUER_KEY_ROTATION_HOURS: "24" });
  const { replicas, database, advance } = opened;
  const made = async () =>
    (await database.run("SELECT * FROM audit_events WHERE event = 'key_made'")).length;
  expect(await made()).toBe(4);

  advance(24 * 3_600_000);
  await eventually(async () => (await made()) === 6);
  const kids = await kidsOf(replicas[0]);
  for (const replica of replicas) {
    await eventually(async () => String(await kidsOf(replica)) === String(kids));
  }
  expect(await made()).toBe(6);
});

test("a next key that is too young is not let to sign, and the operator is told when", async () => {
  await using opened = await openReplicas(1);
  const [issuer] = opened.replicas;
  await issuer.tollgate("keys", "rotate");
  await expect(issuer.tollgate("keys", "rotate")).rejects.toThrow(/it can sign from \d{4}-/);
  opened.advance(15 * 60_000);
  expect(await issuer.tollgate("keys", "rotate")).toMatch(/ active /);
});

test("a retired key is published until its last token has expired, then it is gone", async () => {
  await using opened = await openReplicas(1);
  const [issuer] = opened.replicas;
  const { access_token } = await mint(issuer);
  const { kid } = decodeProtectedHeader(access_token);
  await issuer.tollgate("keys", "rotate");
  await verify(access_token, await keysOf(issuer));
  const rows = await opened.database.run(
    `SELECT wrapped_private_jwk FROM signing_keys WHERE kid = '${kid}'`,
  );
  expect(rows).toEqual([{ wrapped_private_jwk: null }]);

  opened.advance(3_960_000);
  await eventually(async () => !(await kidsOf(issuer)).includes(String(kid)));
});

test("a revoked key is gone from every replica at once, in the feed, and signs nothing more", async () => {
  await using opened = await openReplicas(2);
  const [first, second] = opened.replicas as [Issuer, Issuer];
  const { access_token } = await mint(second);
  const kid = String(decodeProtectedHeader(access_token).kid);
  await first.tollgate("keys", "rotate");
  const { cursor } = (await (await second.revocations()).json()) as { cursor: string };
  const waiting = second.revocations(`?since=${cursor}&wait=25`);

  await first.tollgate("keys", "revoke", kid);

  expect(await (await waiting).json()).toMatchObject({
    revocations: [{ kind: "key", value: kid }],
  });
  for (const replica of [first, second]) {
    await eventually(async () => !(await kidsOf(replica)).includes(kid));
    const answer = await replica.introspect(access_token, "svc-billing");
    expect(await answer.json()).toEqual({ active: false });
  }
  await expect(first.tollgate("keys", "revoke", kid)).rejects.toThrow("There is no such key");
});

test("the key that signs can be revoked right after a rotation: the mint goes on with the next", async () => {
  await using opened = await openReplicas(1);
  const [issuer] = opened.replicas;
  await issuer.tollgate("keys", "rotate");
  const { access_token } = await mint(issuer);
  const revoked = String(decodeProtectedHeader(access_token).kid);
  await issuer.tollgate("keys", "revoke", revoked);
  const next = (await mint(issuer)).access_token;
  expect(decodeProtectedHeader(next).kid).not.toBe(revoked);
  await verify(next, await keysOf(issuer));
});

test("a database that was restored brings its keys back, to every replica", async () => {
  await using opened = await openReplicas(1);
  const [issuer] = opened.replicas;
  const { database } = opened;
  await database.run("CREATE TABLE kept AS SELECT * FROM signing_keys");
  await database.run("CREATE TABLE kept_versions AS SELECT * FROM versions");
  const before = await kidsOf(issuer);
  await issuer.tollgate("keys", "rotate");
  expect(await kidsOf(issuer)).not.toEqual(before);

  await database.run("DELETE FROM signing_keys; INSERT INTO signing_keys SELECT * FROM kept");
  await database.run("DELETE FROM versions; INSERT INTO versions SELECT * FROM kept_versions");
  await eventually(async () => String(await kidsOf(issuer)) === String(before));
});
