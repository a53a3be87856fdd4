import { expect } from "@jest/globals";
import type { Books } from "./books.ts";
import type { Acknowledged } from "./stubborn-writer.ts";

/** Holds what a tenant was told against what its books say: no write is lost, none is doubled. */
export async function expectEachOnce(books: Books, answered: readonly Acknowledged[]) {
  const ending = (end: string) => answered.filter(({ path }) => path.endsWith(end));
  const told = {
    created: ending("/invoices").map(({ answer }) => answer.json),
    finalized: ending("/finalize").map(({ answer }) => answer.json),
    paid: ending("/payments").map(({ answer }) => answer.json.entry),
  };
  const invoices = await books.listInvoices();
  const { number, ledger, paid } = await books.read(books.open);

  // The invoices that exist are those that were acknowledged, and no other.
  const known = [books.open, ...books.drafts, ...idsOf(told.created)];
  expect(idsOf(invoices)).toEqual(known.sort());

  // Numbers have no gap, and each belongs to whom it was told.
  const numbered = invoices.filter((each) => each.number !== null);
  const numbers = [number, ...told.finalized.map((each) => each.number)];
  expect(numbered.map((each) => each.number).sort()).toEqual(numbers.sort());
  const count = told.finalized.length + 1;
  expect(numbers.map((each) => Number(/\d+$/.exec(each)?.[0]))).toEqual(
    Array.from({ length: count }, (_, index) => index + 1),
  );

  // Every payment is in the ledger once.
  const payments = ledger.filter(({ kind }: { kind: string }) => kind === "payment");
  expect(idsOf(payments)).toEqual(idsOf(told.paid));
  expect(paid.amount).toBe(told.paid.length);

  // What happened was written down as often as it happened.
  const types = (await books.listEvents()).map(({ type }) => type);
  const written = (wanted: string) => types.filter((type) => type === wanted).length;
  expect({
    created: written("invoice.created"),
    finalized: written("invoice.finalized"),
    paid: written("payment.recorded"),
  }).toEqual({ created: known.length, finalized: count, paid: told.paid.length });
}

function idsOf(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id).sort();
}
