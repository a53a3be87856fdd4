import { expect, test } from "@jest/globals";
import { parsePasswordHash } from "@tollgate/shared/password-hash";
import { readIssuerFile } from "../../src/issuer-file.ts";
import { issuerSettings } from "../support/issuer-settings.ts";
import { people } from "../support/people.ts";

async function read(users: string) {
  await using settings = await issuerSettings("postgres://a@b/c");
  const path = await settings.write("tested.yaml", `${rest}users:\n${users}\n`);
  await settings.write("ada.scrypt", `${people.ada.hash}\n`);
  return readIssuerFile(path, settings.env, settings.env.ISSUER_URL);
}

const rest = `
resources:
  - { identifier: "https://a", scopes: [r, w] }
clients: []
providers:
  - name: outside
    issuer: https://outside.example
    algorithms: [ES256]
    login: { client_id: tollgate, display_name: Outside }
`;

/** A user, with what is given put in or, if undefined, left out. */
function user(changes: Record<string, string | undefined> = {}): string {
  const members = { sub: "usr_x", username: "x1", password: `"${people.bob.hash}"`, ...changes };
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return `  - ${given.map(([name, value]) => `${name}: ${value}`).join("\n    ")}`;
}

test("a user who is said little of may log in and do nothing", async () => {
  const { users } = await read(user());
  expect(users.get("usr_x")).toMatchObject({
    ...{ sub: "usr_x", username: "x1", enabled: true, access: [], federated: [] },
    password: parsePasswordHash(people.bob.hash),
  });
});

test("a password's hash may be in a file, and may be missing where an outside provider vouches", async () => {
  const file = { password: undefined, password_file: `\${ISSUER_SECRETS}/ada.scrypt` };
  expect((await read(user(file))).users.get("usr_x")?.password).toBeDefined();

  const linked = { password: undefined, federated: "[{ provider: outside, subject: '1' }]" };
  expect((await read(user(linked))).users.get("usr_x")).toMatchObject({
    password: undefined,
    federated: [{ provider: "outside", subject: "1" }],
  });
});

const weaker = people.bob.hash.replace("ln=17", "ln=14");

test.each([
  ["a client's name", user({ sub: "svc-x" }), "users.0.sub: must be usr_"],
  ["a username in capitals", user({ username: "Ada" }), "users.0.username: must be"],
  ["a misspelt key", user({ enabeld: "false" }), ':14:5: users.0: Unrecognized key: "enabeld"'],
  ["no password and no provider", user({ password: undefined }), "needs a password"],
  ["a password in clear", user({ password: "hunter2hunter2" }), "it must hold $scrypt$ln=17"],
  ["a cheaper hash", user({ password: `"${weaker}"` }), "it must hold $scrypt$ln=17"],
  ["a hash cut short", user({ password: `"${people.bob.hash.slice(0, -9)}"` }), "it must hold"],
  ["both kinds of password", user({ password_file: "/x" }), "either password or password_file"],
  [
    "a password's file that is not there",
    user({ password: undefined, password_file: "/nowhere" }),
    "users.0.password_file: /nowhere cannot be read (ENOENT)",
  ],
  ["an address that is none", user({ email: "x" }), "users.0.email: "],
  ["a name of two lines", user({ name: '"a\\nb"' }), "users.0.name: "],
  ["a tenant that is none", user({ tenant: "acme" }), "users.0.tenant: "],
  [
    "an unknown resource",
    user({ access: "[{ resource: x, scopes: [] }]" }),
    'users.0.access.0.resource: "x" is not among the resources',
  ],
  [
    "a scope that the resource has not",
    user({ access: "[{ resource: 'https://a', scopes: [r, q] }]" }),
    'users.0.access.0.scopes.1: "q" is not a scope of https://a',
  ],
  ["a sub twice", `${user()}\n${user({ username: "x2" })}`, 'users.1.sub: "usr_x" is already'],
  ["a username twice", `${user()}\n${user({ sub: "usr_y" })}`, 'users.1.username: "x1" is already'],
  [
    "one outside subject for two",
    `${user({ federated: "[{ provider: p, subject: s }]" })}
${user({ sub: "usr_y", username: "y1", federated: "[{ provider: p, subject: s }]" })}`,
    'users.1.federated.0.subject: "s" of p is linked already',
  ],
])("%s is a fault with its place", async (_what, users, fault) => {
  await expect(read(users)).rejects.toThrow(/tested\.yaml:\d+:\d+: /);
  await expect(read(users)).rejects.toThrow(fault);
});

test("a password that was written where its hash belongs is not repeated", async () => {
  await expect(read(user({ password: "hunter2hunter2" }))).rejects.not.toThrow("hunter2");
});
