import { expect, test } from "@jest/globals";
import { recordingLog } from "@tollgate/shared/testing/lines";
import { createPostgresAttempts } from "../../src/limits/postgres-attempts.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createKnownAddresses } from "../../src/users/known-addresses.ts";
import { createLockout } from "../../src/users/lockout.ts";
import { indexPeople } from "../../src/users/people.ts";
import { userSchema } from "../../src/users/user.ts";
import { createUsers } from "../../src/users/users.ts";
import { createIssuerDatabase } from "../support/issuer-database.ts";
import { people } from "../support/people.ts";

const ada = userSchema.parse({ sub: "usr_ada", username: "ada", password: people.ada.hash });

/** Two replicas' Users on one database, and how often they compared a password with Ada's own. */
async function open() {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await createIssuerDatabase());
  const { log, lines } = recordingLog();
  const comparisons: string[] = [];
  let time = Date.parse("2030-01-01T00:00:00Z");
  const now = () => time;
  const replicas = [1, 2].map(() => {
    const pool = opened.use(openDatabase(database.url, log));
    return createUsers({
      people: () => indexPeople([ada]),
      refresh: async () => {},
      lockout: createLockout(createPostgresAttempts(pool, now), createKnownAddresses(pool, now)),
      trail: { record: (target, event) => target.info(event) },
      log,
      async isPasswordOf(password, hash) {
        await new Promise((resolve) => setImmediate(resolve));
        if (hash !== ada.password) return false;
        comparisons.push(password);
        return password === "right";
      },
    });
  });
  const open = opened.move();
  return {
    ...{ database, comparisons, lines },
    logIn: (nth: number, password: string, ip: string) =>
      replicas[nth % 2]?.logIn("ada", password, ip),
    advance: (ms: number) => {
      time += ms;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

test("of 40 guesses at two replicas at once, five are compared, and then one a pause", async () => {
  await using opened = await open();
  const { logIn, comparisons, advance } = opened;
  const burst = (ip: string) =>
    Promise.all(Array.from({ length: 40 }, (_, nth) => logIn(nth, `guess ${nth}`, ip)));
  for (let host = 1; host <= 3; host += 1) {
    comparisons.length = 0;
    await burst(`192.0.2.${host}`);
    expect(comparisons).toHaveLength(5);
    comparisons.length = 0;
    advance(1_000);
    await burst(`192.0.2.${host}`);
    expect(comparisons).toHaveLength(1);
  }
}, 60_000);

test("of 100 guesses from 100 addresses at two replicas at once, twenty are compared", async () => {
  await using opened = await open();
  const { logIn, comparisons } = opened;
  await Promise.all(
    Array.from({ length: 100 }, (_, nth) => logIn(nth, `guess ${nth}`, `192.0.2.${nth}`)),
  );
  expect(comparisons).toHaveLength(20);
}, 60_000);

test("the right password during a pause is refused at both replicas, and is not compared", async () => {
  await using opened = await open();
  const { logIn, comparisons, lines } = opened;
  for (let nth = 0; nth < 5; nth += 1) await logIn(0, "wrong", "192.0.2.1");
  for (const replica of [0, 1]) expect(await logIn(replica, "right", "192.0.2.1")).toBeUndefined();
  expect(comparisons).not.toContain("right");
  expect(await logIn(1, "right", "192.0.2.2")).toBe(ada);
  expect(lines.map(({ event }) => event)).toEqual([
    ...Array(5).fill("login_failed"),
    ...["login_locked", "login_locked", "login_succeeded"],
  ]);
});

test("while the database is away nobody is let in, with the right password either", async () => {
  await using opened = await open();
  const { logIn, comparisons, database } = opened;
  await database.takeDown();
  for (const password of ["right", "wrong"]) {
    await expect(logIn(0, password, "192.0.2.1")).rejects.toMatchObject({ status: 503 });
  }
  expect(comparisons).toEqual([]);
});
