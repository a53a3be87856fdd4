import { expect, test } from "@jest/globals";
import type { PasswordHash } from "@tollgate/shared/password-hash";
import { nobodysHash } from "@tollgate/shared/password-hash";
import { indexPeople } from "../../src/users/people.ts";
import { type User, userSchema } from "../../src/users/user.ts";
import { createUsers } from "../../src/users/users.ts";
import { people } from "../support/people.ts";

const federated = [{ provider: "outside", subject: "1" }];
const ada = user({ sub: "usr_ada", username: "ada", password: people.ada.hash, federated });
const bob = user({
  ...{ sub: "usr_bob", username: "bob", password: people.bob.hash, enabled: false },
  federated: [{ provider: "outside", subject: "2" }],
});
const carol = user({
  ...{ sub: "usr_carol", username: "carol" },
  federated: [{ provider: "other", subject: "1" }],
});

function user(declared: Record<string, unknown>): User {
  return userSchema.parse(declared);
}

/** Users whose every password is "right", and what they were compared with. */
function open(everybody: User[]) {
  const compared: PasswordHash[] = [];
  const users = createUsers({
    people: () => indexPeople(everybody),
    async isPasswordOf(password, hash) {
      compared.push(hash);
      return password === "right" && hash !== nobodysHash;
    },
  });
  return { users, compared };
}

test("a person is let in with their own password, however they type their name", async () => {
  const { users } = open([ada, bob, carol]);
  for (const typed of ["ada", " Ada ", "ADA", "\uff41da"]) {
    expect(await users.logIn(typed, "right", "192.0.2.1")).toBe(ada);
  }
});

test("nobody else is, and each is compared with one hash", async () => {
  const { users, compared } = open([ada, bob, carol]);
  for (const [username, password] of [
    ["ada", "wrong"],
    ["bob", "right"],
    ["carol", "right"],
    ["dora", "right"],
    ["", ""],
    ["__proto__", "right"],
  ] as const) {
    expect(await users.logIn(username, password, "192.0.2.1")).toBeUndefined();
  }
  expect(compared).toEqual([ada.password, ...Array(5).fill(nobodysHash)]);
});

test("before it is known who is disabled, nobody can be told, and nobody is found", async () => {
  const users = createUsers({ people: () => undefined, isPasswordOf: async () => true });
  const refused = users.logIn("ada", "right", "192.0.2.1");
  await expect(refused).rejects.toMatchObject({ code: "dependency_unavailable" });
  expect(users.find("usr_ada")).toBeUndefined();
});

test("whoever is enabled is found by sub and by an outside provider's subject", () => {
  const { users } = open([ada, bob, carol]);
  expect(users.find("usr_ada")).toBe(ada);
  expect(users.find("usr_bob")).toBeUndefined();
  expect(users.find("ada")).toBeUndefined();
  expect(users.findFederated("outside", "1")).toBe(ada);
  expect(users.findFederated("other", "1")).toBe(carol);
  expect(users.findFederated("outside", "2")).toBeUndefined();
});
