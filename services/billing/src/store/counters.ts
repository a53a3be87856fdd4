import type { Day } from "../domain/calendar.ts";
import { problem } from "../problems.ts";
import type { TenantTransaction } from "./tenant-transaction.ts";

/**
 * Takes the next value of a series and holds the series until the transaction ends: an abort gives
 * the value back, so there are no gaps. Locked after the invoice, and the events' counter last.
 */
async function take(tx: TenantTransaction, series: string): Promise<bigint> {
  const { next_value } = await tx.sql
    .insertInto("counter")
    .values({ tenant_id: tx.principal.tenant, series, next_value: 2n })
    .onConflict((conflict) =>
      conflict
        .columns(["tenant_id", "series"])
        .doUpdateSet((counter) => ({ next_value: counter("counter.next_value", "+", 1n) })),
    )
    .returning("next_value")
    .executeTakeFirstOrThrow();
  return next_value - 1n;
}

export async function nextEventSeq(tx: TenantTransaction): Promise<bigint> {
  return await take(tx, "event");
}

/** The next document of a series, whose date is never before the one that came before it. */
export async function nextDocument(
  tx: TenantTransaction,
  { kind, series, issuedOn }: { kind: "invoice" | "credit-note"; series: string; issuedOn: Day },
): Promise<bigint> {
  const taken = await tx.sql
    .insertInto("counter")
    .values({
      tenant_id: tx.principal.tenant,
      series: `${kind}:${series}`,
      next_value: 2n,
      last_issued_on: issuedOn,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["tenant_id", "series"])
        .doUpdateSet((counter) => ({
          next_value: counter("counter.next_value", "+", 1n),
          last_issued_on: counter.ref("excluded.last_issued_on"),
        }))
        .whereRef("counter.last_issued_on", "<=", "excluded.last_issued_on"),
    )
    .returning("next_value")
    .executeTakeFirst();
  if (taken === undefined) throw problem("issue_date_out_of_order");
  return taken.next_value - 1n;
}
