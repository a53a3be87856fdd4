import { expect, test } from "@jest/globals";
import type { PasswordHash } from "@tollgate/shared/password-hash";
import { nobodysHash } from "@tollgate/shared/password-hash";
import { recordingLog } from "@tollgate/shared/testing/lines";
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

/** Users whose every password is "right", what they were compared with, and what was recorded. */
function open(everybody: User[] | undefined, { admits = true, refresh = async () => {} } = {}) {
  const compared: PasswordHash[] = [];
  const settled: string[] = [];
  const { log, lines } = recordingLog();
  const users = createUsers({
    people: () => everybody && indexPeople(everybody),
    refresh,
    async isPasswordOf(password, hash) {
      if (password === "too many") throw new Error("too many");
      compared.push(hash);
      return password === "right" && hash !== nobodysHash;
    },
    lockout: {
      async admit() {
        if (!admits) return undefined;
        return {
          succeeded: async () => void settled.push("succeeded"),
          withdrawn: async () => void settled.push("withdrawn"),
        };
      },
    },
    trail: { record: (target, event) => target.info(event) },
    log,
  });
  return { users, compared, settled, lines };
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

test("while an account rests, the right password is compared with nobody's", async () => {
  const { users, compared, lines } = open([ada], { admits: false });
  expect(await users.logIn("ada", "right", "192.0.2.1")).toBeUndefined();
  expect(compared).toEqual([nobodysHash]);
  expect(lines).toMatchObject([{ event: "login_locked", sub: "usr_ada", ip: "192.0.2.1" }]);
});

test("what was wrong is in the trail, and neither the name nor the password that was typed", async () => {
  const { users, lines, settled } = open([ada, bob]);
  const { log, lines: own } = recordingLog();
  await users.logIn("ada", "hunter2", "192.0.2.1", { log, requestId: "r1" });
  await users.logIn("bob", "right", "192.0.2.1");
  await users.logIn("hunter2", "right", "192.0.2.1");
  await users.logIn("ada", "right", "192.0.2.1");
  const [failed, unknown] = ["login_failed", undefined];
  expect(own).toMatchObject([
    { event: failed, sub: "usr_ada", reason: "password", request_id: "r1" },
  ]);
  expect(lines).toMatchObject([
    { event: failed, sub: "usr_bob", reason: "disabled" },
    { event: failed, reason: "unknown" },
    { event: "login_succeeded", sub: "usr_ada" },
  ]);
  expect(lines[1]?.sub).toBe(unknown);
  expect(JSON.stringify([...lines, ...own])).not.toContain("hunter2");
  expect(settled).toEqual(["succeeded"]);
});

test.each([
  ["was disabled", { ...ada, enabled: false }],
  ["was given another password", { ...ada, password: nobodysHash }],
])("who %s while their password was compared is not let in with it", async (_what, changed) => {
  const everybody = [ada];
  const { users, lines, settled } = open(everybody);
  const underway = users.logIn("ada", "right", "192.0.2.1");
  everybody[0] = changed;
  expect(await underway).toBeUndefined();
  expect(lines).toMatchObject([{ event: "login_failed", sub: "usr_ada" }]);
  expect(settled).toEqual([]);
});

test("nor is who another replica disabled, though this one has not heard of it yet", async () => {
  const everybody = [ada];
  const refresh = async () => void everybody.splice(0, 1, { ...ada, enabled: false });
  const { users } = open(everybody, { refresh });
  expect(await users.logIn("ada", "right", "192.0.2.1")).toBeUndefined();
});

test("while that cannot be asked nobody is let in, and nothing counted", async () => {
  const { users, settled } = open([ada], { refresh: () => Promise.reject(new Error("away")) });
  const refused = users.logIn("ada", "right", "192.0.2.1");
  await expect(refused).rejects.toMatchObject({ code: "dependency_unavailable" });
  expect(settled).toEqual(["withdrawn"]);
});

test("a password that could not be compared counts as no failure", async () => {
  const { users, settled } = open([ada]);
  await expect(users.logIn("ada", "too many", "192.0.2.1")).rejects.toThrow("too many");
  expect(settled).toEqual(["withdrawn"]);
});

test("before it is known who is disabled, nobody can be told, and nobody is found", async () => {
  const { users } = open(undefined);
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
  expect(users.findFederated("outside", "2")).toBe("disabled");
  expect(users.findFederated("outside", "3")).toBeUndefined();
});
