import { expect, test } from "@jest/globals";
import { limitConcurrency } from "../../src/limits/limit-concurrency.ts";

test("so many run at once, so many wait in their order, and more than that are refused", async () => {
  const limited = limitConcurrency({ atOnce: 2, waitingAtMost: 2, waitingOfOne: 2 });
  const begun: number[] = [];
  const work = [0, 1, 2, 3, 4].map(() => Promise.withResolvers<void>());
  const done = work.map((each, at) =>
    limited("somebody", async () => {
      begun.push(at);
      await each.promise;
      return at;
    }),
  );
  const refused = expect(done[4]).rejects.toMatchObject({ code: "dependency_unavailable" });
  await refused;
  expect(begun).toEqual([0, 1]);
  work[1]?.resolve();
  expect(await done[1]).toBe(1);
  for (const each of work) each.resolve();
  expect(await Promise.all(done.slice(0, 4))).toEqual([0, 1, 2, 3]);
  expect(begun).toEqual([0, 1, 2, 3]);
});

test("work that fails gives its place away too", async () => {
  const limited = limitConcurrency({ atOnce: 1, waitingAtMost: 1, waitingOfOne: 1 });
  const failed = limited("somebody", async () => {
    throw new Error("no");
  });
  const next = limited("somebody", async () => "done");
  await expect(failed).rejects.toThrow("no");
  expect(await next).toBe("done");
});

test("one alone takes a part of the places to wait, and leaves the others to others", async () => {
  const limited = limitConcurrency({ atOnce: 1, waitingAtMost: 3, waitingOfOne: 1 });
  const gate = Promise.withResolvers<void>();
  const of = (owner: string) => limited(owner, () => gate.promise.then(() => owner));
  const [running, waits, refused, other] = ["flood", "flood", "flood", "ada"].map(of);
  await expect(refused).rejects.toMatchObject({ status: 503 });
  gate.resolve();
  expect(await Promise.all([running, waits, other])).toEqual(["flood", "flood", "ada"]);
});
