import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { recordingLog } from "@tollgate/shared/testing/lines";
import { openDatabase } from "../../src/store/database.ts";
import { createPostgresEngineStore } from "../../src/store/postgres-engine-store.ts";
import { billing, reports, tenant } from "../support/issuer-settings.ts";
import { noticed } from "../support/noticed.ts";
import { openIssuer } from "../support/open-issuer.ts";
import { people } from "../support/people.ts";
import { startTestIssuer } from "../support/start-test-issuer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
let replica: Awaited<ReturnType<typeof startTestIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
  replica = await startTestIssuer(issuer.env);
  await replica.becomes(200);
});
afterAll(async () => {
  await replica[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

const access = [{ resource: billing, scopes: ["invoices:read"], roles: ["clerk"] }];
const declaration = (username: string, more = {}) =>
  JSON.stringify({ username, tenant, access, ...more });
const shownIn = (printed: string, name: string) =>
  new RegExp(`^${name}: (\\S+)$`, "m").exec(printed)?.[1] ?? "";

const logIn = (username: string, password: string) =>
  replica.users.logIn(username, password, "192.0.2.1");
const events = async (sub: string) => {
  const rows = await issuer.database.run(
    `SELECT event, details FROM audit_events WHERE sub = '${sub}' AND event LIKE 'user_%' ORDER BY audit_id`,
  );
  return rows.map(({ event }) => event);
};

test("a person who is added gets a password that works at every replica, and is in no log and table", async () => {
  const printed = await issuer.tollgate("users", "add", declaration("dora"));
  const [sub, password] = [shownIn(printed, "sub"), shownIn(printed, "password")];
  expect(sub).toMatch(/^usr_[0-9a-f]{24}$/);
  await noticed(() => replica.users.find(sub));

  expect(await logIn("Dora", password)).toMatchObject({ sub, tenant, access });
  expect(await logIn("dora", `${password}x`)).toBeUndefined();

  const dump = JSON.stringify(await issuer.database.run("SELECT * FROM users, audit_events"));
  expect(dump).not.toContain(password);
  expect(JSON.stringify([issuer.lines, replica.lines])).not.toContain(password);
  expect(await issuer.tollgate("users", "list")).not.toContain("scrypt");
}, 60_000);

test("a chosen password comes over standard input, and a poor one is refused", async () => {
  const add = (password: string) =>
    issuer.tollgateWith(password, "users", "add", declaration("edgar"), "--password", "stdin");
  await expect(add("edgar1234567")).rejects.toThrow("made of the username");
  const sub = shownIn(await add("three ducks on a pond"), "sub");
  await noticed(() => replica.users.find(sub));
  expect(await logIn("edgar", "three ducks on a pond")).toMatchObject({ sub });

  const change = ["users", "password", "edgar", "--password=stdin"];
  await expect(issuer.tollgateWith("short", ...change)).rejects.toThrow("12 characters");
  const before = replica.users.find(sub)?.password;
  await issuer.tollgateWith("four geese on a lake", ...change);
  await noticed(() => replica.users.find(sub)?.password?.salt !== before?.salt);
  expect(await logIn("edgar", "three ducks on a pond")).toBeUndefined();
  expect(await logIn("edgar", "four geese on a lake")).toMatchObject({ sub });
  expect(await events(sub)).toEqual(["user_added", "user_password_changed"]);
}, 60_000);

test("who is disabled is nobody at every replica, and their tokens and sessions end", async () => {
  await using database = openDatabase(issuer.database.url, recordingLog().log);
  const store = createPostgresEngineStore(database);
  const expiresAt = new Date(Date.now() + 60_000);
  for (const [id, accountId] of [
    ["hers", "usr_ada"],
    ["another's", "usr_carol"],
  ] as const) {
    for (const model of ["Session", "RefreshToken"]) {
      await store.put({ model, id, payload: { accountId }, expiresAt });
    }
  }
  await issuer.tollgate("users", "disable", "ada");
  await noticed(() => !replica.users.find("usr_ada"));
  expect(await logIn("ada", people.ada.password)).toBeUndefined();
  expect(replica.users.findFederated("outside", "00u-ada")).toBe("disabled");
  for (const model of ["Session", "RefreshToken"]) {
    expect(await store.find(model, "hers")).toBeUndefined();
    expect(await store.find(model, "another's")).toBeDefined();
  }
  expect(await (await replica.revocations()).json()).toMatchObject({
    revocations: expect.arrayContaining([
      expect.objectContaining({ kind: "subject", value: "usr_ada" }),
    ]),
  });
  await issuer.tollgate("users", "enable", "usr_ada");
  await noticed(() => replica.users.find("usr_ada"));
  expect(await logIn("ada", people.ada.password)).toMatchObject({ sub: "usr_ada" });
  expect(await events("usr_ada")).toEqual(["user_disabled", "user_enabled"]);
}, 60_000);

test("roles are changed at one resource, with a trace of both, and end the tokens that say otherwise", async () => {
  const printed = await issuer.tollgate("users", "add", declaration("fritz"));
  const sub = shownIn(printed, "sub");
  await issuer.tollgate("users", "roles", "fritz", billing, "accountant", "auditor");
  await issuer.tollgate("users", "roles", sub, reports, "--scopes", "reports:read");
  const changed = await noticed(() => {
    const user = replica.users.find(sub);
    return user?.access.length === 2 && user;
  });
  expect(changed.access).toEqual([
    { resource: billing, scopes: ["invoices:read"], roles: ["accountant", "auditor"] },
    { resource: reports, scopes: ["reports:read"], roles: [] },
  ]);
  const [row] = await issuer.database.run(
    `SELECT details FROM audit_events WHERE sub = '${sub}' AND event = 'user_roles_changed' ORDER BY audit_id`,
  );
  expect(row).toMatchObject({
    details: { before: { roles: ["clerk"] }, after: { roles: ["accountant", "auditor"] } },
  });
  const revoked = await issuer.database.run(
    `SELECT 1 FROM revocations WHERE kind = 'subject' AND value = '${sub}'`,
  );
  expect(revoked).toHaveLength(1);
}, 60_000);

test("of many who add one username at once, one succeeds", async () => {
  const added = await Promise.allSettled(
    [issuer, replica, issuer, replica].map((each) =>
      each.tollgate(
        ...["users", "add", declaration("twin", { federated: [{ provider: "p", subject: "s" }] })],
        ...["--password", "none"],
      ),
    ),
  );
  expect(added.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("the list shows everybody, how they log in, and no hash", async () => {
  const list = await issuer.tollgate("users", "list");
  expect(list).toMatch(/usr_ada +ada +true +password outside +0192/);
  expect(list).toMatch(/usr_bob +bob@example.com +false +password/);
  expect(list).toMatch(/usr_carol +carol +true +outside/);
  expect(list).not.toMatch(/scrypt|salt|digest/);
});

test.each<[string, string[], RegExp]>([
  ["a password in the declaration", ["add", declaration("x1", { password: "y" })], /no part of/],
  ["a file in it", ["add", declaration("x1", { password_file: "/etc/passwd" })], /no part of/],
  ["a password as an argument", ["add", declaration("x1"), "--password", "hunter2"], /takes stdin/],
  [
    "a typo in an option",
    ["add", declaration("x1"), "--pasword", "stdin"],
    /no --pasword in: users/,
  ],
  ["no username", ["add", "{}"], /username: must be 2 to 128/],
  ["no way to log in", ["add", declaration("x1"), "--password", "none"], /needs a password/],
  ["a name of the file", ["add", declaration("carol")], /the username carol is somebody else's/],
  ["a sub of the file", ["add", declaration("x1", { sub: "usr_bob" })], /usr_bob is there already/],
  [
    "a subject of somebody else",
    ["add", declaration("x1", { federated: [{ provider: "outside", subject: "00u-carol" }] })],
    /link to 00u-carol/,
  ],
  [
    "a scope that is none",
    ["add", declaration("x1", { access: [{ resource: billing, scopes: ["all"] }] })],
    /"all" is not a scope/,
  ],
  ["a switch in it", ["add", declaration("x1", { enabled: false })], /users disable/],
  ["who is disabled in the file", ["enable", "usr_bob"], /disabled in the file/],
  ["somebody unknown", ["disable", "nobody"], /no user nobody/],
  ["roles of the file", ["roles", "usr_carol", billing, "owner"], /declared in the file/],
  ["a password of the file", ["password", "usr_carol"], /declared in the file/],
  ["a new resource without scopes", ["roles", "usr_carol", reports, "owner"], /name its scopes/],
  ["nobody", ["disable"], /a user is missing/],
])(
  "the operator is told what is wrong with %s",
  async (_what, words, fault) => {
    await expect(issuer.tollgate("users", ...words)).rejects.toThrow(fault);
  },
  60_000,
);

test("nobody's business of this is on the public port", async () => {
  for (const path of ["/users", "/users/add"]) expect((await issuer.get(path)).status).toBe(404);
});
