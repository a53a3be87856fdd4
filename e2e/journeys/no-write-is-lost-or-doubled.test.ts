import { expect, test } from "@jest/globals";
import { type Stack, startStack } from "../stack.ts";
import { type Books, finalizing, openBooks, orderOf, paying } from "../support/books.ts";
import { crash, restartsOf } from "../support/crash.ts";
import { expectEachOnce } from "../support/expect-each-once.ts";
import type { Acknowledged, Write } from "../support/stubborn-writer.ts";
import { until } from "../support/until.ts";

/** What each of two tenants writes, all at once: a thousand together. */
const wanted = { created: 300, finalized: 100, paid: 100 };

test("of 1,000 writes at once, none is lost or doubled when billing is killed, and then PostgreSQL", async () => {
  await using stack = await startStack();
  // Two clients, each with a rate of its own at the gateway, which its writers keep to.
  const tenants = await Promise.all(
    ["svc-demo", "svc-rival"].map(async (client) =>
      openBooks(stack, await stack.token(client), wanted.finalized),
    ),
  );
  const acknowledged = () => tenants.reduce((sum, { writer }) => sum + writer.acknowledged(), 0);
  const before = acknowledged();
  const writes = tenants.map((books) => Promise.all(writesOf(books).map(books.writer.write)));
  const reaching = (count: number) =>
    until(
      async () => acknowledged() - before,
      (seen) => seen >= count,
    );

  await reaching(100);
  await killBilling(stack);
  await reaching(400);
  await killPostgres(stack);
  const atLastKill = acknowledged() - before;
  const answered = await Promise.all(writes);

  expect(answered.flat()).toHaveLength(1_000);
  expect(atLastKill).toBeLessThan(1_000);
  // Both kills met writes that were under way.
  const failures = tenants.flatMap(({ writer }) => [...writer.failures.keys()]);
  expect(failures).toContainEqual(expect.stringMatching(/^50[24] upstream_/));
  expect(failures).toContainEqual("503 dependency_unavailable");
  for (const [index, books] of tenants.entries()) {
    await expectEachOnce(books, answered[index] ?? []);
    await expectReplays(books, answered[index] ?? []);
  }
  for (const command of ["ledger:verify", "audit:verify"]) {
    const verify = ["run", "--rm", "--no-deps", "-T", "migrate", "billing", command];
    expect((await stack.must(...verify)).match(/all sound/g)).toHaveLength(2);
  }
}, 240_000); // some 45 s; a busy machine may take its time

/** In turns, so that a kill meets all three kinds. */
function writesOf({ customer, drafts, open }: Books): Write[] {
  return drafts.flatMap((draft, index) => [
    finalizing(draft),
    paying(open, 1, `wire ${index}`),
    ...Array.from({ length: wanted.created / drafts.length }, (_, nth) =>
      orderOf(customer, { description: `Write ${index}.${nth}`, unit_amount: 1_000 }),
    ),
  ]);
}

async function killBilling(stack: Stack): Promise<void> {
  const before = await restartsOf(stack, "billing");
  await crash(stack, "billing");
  await until(
    () => restartsOf(stack, "billing"),
    (count) => count > before,
  );
}

/** Docker takes this for wanted, and does not start it again by itself. */
async function killPostgres(stack: Stack): Promise<void> {
  await stack.must("kill", "--signal", "KILL", "postgres");
  await stack.must("up", "--detach", "--no-deps", "--no-recreate", "postgres");
}

/** A key that is used again gets the very answer, whatever died in between. */
async function expectReplays({ writer }: Books, answered: readonly Acknowledged[]) {
  for (const each of answered.slice(0, 25)) {
    const replay = await writer.send(each, each.key);
    expect(replay.headers.get("idempotency-replayed")).toBe("true");
    expect(replay.text).toBe(each.answer.text);
  }
}
