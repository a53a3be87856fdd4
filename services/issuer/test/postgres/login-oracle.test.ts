import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { noticed } from "../support/noticed.ts";
import { openIssuer } from "../support/open-issuer.ts";
import { people } from "../support/people.ts";
import { startTestIssuer } from "../support/start-test-issuer.ts";

const { ada, bob } = people;
let time = Date.now();
const now = () => time; // so that a rest lasts however busy the machine is

let issuer: Awaited<ReturnType<typeof openIssuer>>;
let replicas: Awaited<ReturnType<typeof startTestIssuer>>[];
beforeAll(async () => {
  issuer = await openIssuer(); // makes the keys
  replicas = [await startTestIssuer(issuer.env, now), await startTestIssuer(issuer.env, now)];
  await Promise.all(replicas.map((each) => each.becomes(200)));
});
afterAll(async () => {
  for (const each of [...replicas, issuer]) await each[Symbol.asyncDispose]();
});

const logIn = (nth: number, username: string, password: string, ip: string) =>
  replicas[nth % 2]?.users.logIn(username, password, ip);

// See login-races for larger bursts: here the two share one process, and the threads that hash.
test("of eight guesses, each two at two replicas at once, five are compared", async () => {
  const ip = "192.0.2.66";
  for (let guess = 0; guess < 4; guess += 1) {
    const pair = [0, 1].map((replica) => logIn(replica, "ada", `guess ${guess}`, ip));
    expect(await Promise.all(pair)).toEqual([undefined, undefined]);
  }
  expect(await logIn(0, "ada", ada.password, ip)).toBeUndefined();
  expect(await logIn(1, "ada", ada.password, ip)).toBeUndefined();
  expect(await logIn(1, "ada", ada.password, "192.0.2.1")).toMatchObject({ sub: "usr_ada" });

  await Promise.all(replicas.map((each) => each.audited()));
  const counted = await issuer.database.run(
    `SELECT event, count(*)::int AS times FROM audit_events WHERE ip = '${ip}' GROUP BY 1 ORDER BY 1`,
  );
  expect(counted).toEqual([
    { event: "login_failed", times: 5 },
    { event: "login_locked", times: 5 },
  ]);
  time += 1_000;
  expect(await logIn(0, "ada", ada.password, ip)).toMatchObject({ sub: "usr_ada" });
}, 120_000);

test("an unknown name, a disabled person, a wrong password and a rest are the same work", async () => {
  for (let nth = 0; nth < 5; nth += 1) await logIn(nth, "carol", "wrong", "192.0.2.9");
  const cases: Record<string, () => ReturnType<typeof logIn>> = {
    unknown: () => logIn(0, "nobody", "wrong", nextIp()),
    disabled: () => logIn(0, bob.username, bob.password, nextIp()),
    wrong: () => logIn(0, "ada", "wrong", nextIp()),
    rests: () => logIn(0, "carol", "wrong", "192.0.2.9"),
  };
  const took = Object.fromEntries(Object.keys(cases).map((name) => [name, [] as number[]]));
  for (let round = 0; round < 3; round += 1) {
    for (const [name, attempt] of Object.entries(cases)) {
      const before = process.cpuUsage();
      expect(await attempt()).toBeUndefined();
      took[name]?.push(process.cpuUsage(before).user);
    }
  }
  // Of the processor, not of the clock: others use the machine too. A hash that is spared shows.
  const least = Object.values(took).map((times) => Math.min(...times));
  expect(Math.min(...least) / Math.max(...least)).toBeGreaterThan(0.5);
}, 120_000);

test("a password that was replaced is good at no replica from that moment on", async () => {
  const grace = { username: "grace", password: "grace's compiler notes" };
  const added = await control("users/add", {
    definition: { sub: "usr_grace", username: grace.username },
    password: grace.password,
  });
  expect(added.status).toBe(200);
  expect(await noticed(() => replicas[1]?.users.find("usr_grace"))).toMatchObject(named(grace));
  expect(await logIn(1, "grace", grace.password, nextIp())).toMatchObject(named(grace));

  const replaced = { user: "grace", password: "grace's nanosecond wire" };
  expect((await control("users/password", replaced)).status).toBe(200);

  expect(await logIn(1, "grace", grace.password, nextIp())).toBeUndefined();
  expect(await logIn(1, "grace", replaced.password, nextIp())).toMatchObject(named(grace));
}, 120_000);

const named = ({ username }: { username: string }) => ({ username });

const control = (path: string, body: object) =>
  fetch(`${issuer.controlUrl}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

let host = 0;
function nextIp(): string {
  host += 1;
  return `198.51.100.${host}`;
}
