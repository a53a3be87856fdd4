import type { Call } from "./call.ts";
import type { Tenant, Tenants } from "./tenants.ts";

/** What billing is asked to do. */
export type Task = {
  readonly name: string;
  /** How the tables call it. */
  readonly title: string;
  /** The calls of one run, sent in turn and over again. */
  calls(): readonly Call[];
};

/** No more finalizes a second than these have a draft. */
const mostFinalizes = 700;

/** How many drafts a number of runs needs: of the one tenant, and of each of the others. */
export function draftsFor(runs: number, seconds: number) {
  const each = Math.ceil((seconds * mostFinalizes) / 16);
  return { one: runs * (seconds * mostFinalizes + each), others: runs * each };
}

/** Creates, finalizes, reads and lists, in the order of the tables. */
export function tasksFor(tenants: Tenants, seconds: number): Task[] {
  const { writers, large } = tenants;
  const one = writers.slice(0, 1);
  const drafts = takingTurns(writers);
  const draftsOfOne = takingTurns(one);
  const enough = seconds * mostFinalizes;
  return [
    { name: "create", title: "creates, 16 tenants", calls: () => writers.map(creating) },
    { name: "create-one", title: "creates, one tenant", calls: () => one.map(creating) },
    { name: "finalize", title: "finalizes, 16 tenants", calls: () => drafts(enough) },
    { name: "finalize-one", title: "finalizes, one tenant", calls: () => draftsOfOne(enough) },
    { name: "read", title: "reads of an invoice", calls: () => readingEach(large) },
    { name: "list", title: "lists of 25", calls: () => [listing(large)] },
  ];
}

function creating({ token, customers }: Tenant): Call {
  const lines = ["Consulting", "Hosting", "Support"].map((description) => {
    return { description, quantity: 2, unit_amount: 5_000, tax_rate_ppm: 200_000 };
  });
  const body = { customer_id: customers[0], currency: "EUR", lines };
  return { method: "POST", path: "/v1/invoices", token, body };
}

/** Drafts that nobody has finalized yet, of one tenant after the other. */
function takingTurns(tenants: readonly Tenant[]) {
  return function take(count: number): Call[] {
    return Array.from({ length: count }, (_, index) => {
      const { token, invoices } = tenants[index % tenants.length] as Tenant;
      const draft = invoices.pop();
      if (draft === undefined) throw new Error("more is finalized than there are drafts");
      const path = `/v1/invoices/${draft.id}/finalize`;
      return { method: "POST", path, token, ifMatch: '"1"', body: {} };
    });
  };
}

function readingEach({ token, invoices }: Tenant): Call[] {
  return invoices
    .slice(0, 1_000)
    .map(({ id }) => ({ method: "GET", path: `/v1/invoices/${id}`, token }));
}

export function listing({ token }: Tenant, query = ""): Call {
  return { method: "GET", path: `/v1/invoices?limit=25${query}`, token };
}
