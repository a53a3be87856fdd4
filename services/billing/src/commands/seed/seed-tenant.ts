import { randomUUID } from "node:crypto";
import type { Endpoint } from "../../endpoint.ts";
import { createCustomer } from "../../endpoints/create-customer.ts";
import { createInvoice } from "../../endpoints/create-invoice.ts";
import { finalizeInvoice } from "../../endpoints/finalize-invoice.ts";
import { getInvoice } from "../../endpoints/get-invoice.ts";
import { getSettings } from "../../endpoints/get-settings.ts";
import { issueCreditNote } from "../../endpoints/issue-credit-note.ts";
import { markUncollectible } from "../../endpoints/mark-uncollectible.ts";
import { putSettings } from "../../endpoints/put-settings.ts";
import { recordPayment } from "../../endpoints/record-payment.ts";
import { voidInvoice } from "../../endpoints/void-invoice.ts";
import type { RunInTenant } from "../../store/tenant-transaction.ts";
import { planHistory, type Step } from "./plan-history.ts";
import { createRandom, type Random } from "./random.ts";
import { type SeedTenant, seedCustomer } from "./tenants.ts";

export type SeedOptions = {
  runInTenant: RunInTenant;
  now: Date;
  customers: number;
  invoices: number;
};

type Money = { amount: number; currency: string };
type Answered = { id: string; version: number; due: Money };
type Ask = (
  endpoint: Endpoint,
  at: Date,
  call?: { id?: string; body?: object },
) => Promise<Answered>;

/** How much there is to do, and doing it; undefined for a tenant that has settings already. */
export async function seedTenant(seed: SeedTenant, options: SeedOptions) {
  const { now, customers, invoices } = options;
  const ask = createAsk(seed, options);
  if ((await ask(getSettings, now)).version > 0) return undefined;
  const random = createRandom(Number.parseInt(seed.tenant.slice(-4), 16));
  const steps = planHistory(invoices, now, random);

  return {
    steps: customers + steps.length,
    async run(onStep: () => void): Promise<void> {
      const began = steps[0]?.at ?? now;
      await ask(putSettings, began, { body: seed.settings });
      const customerIds: string[] = [];
      for (let index = 0; index < customers; index += 1) {
        customerIds.push((await ask(createCustomer, began, { body: seedCustomer(index) })).id);
        onStep();
      }
      const invoiceIds = new Map<number, string>();
      for (const step of steps) {
        if (step.kind === "issue" || step.kind === "draft") {
          const body = orderOf(seed, random.pick(customerIds), random);
          const { id } = await ask(createInvoice, step.at, { body });
          invoiceIds.set(step.invoice, id);
          if (step.kind === "issue") await ask(finalizeInvoice, step.at, { id, body: {} });
        } else await settle(ask, step, invoiceIds.get(step.invoice) as string); // it was issued before
        onStep();
      }
    },
  };
}

/** Asks as a service would that came through the door, but at a time of our own. */
function createAsk({ tenant }: SeedTenant, { runInTenant }: SeedOptions): Ask {
  const access = "staff" as const;
  const principal = { tenant, subject: "seed", clientId: "seed", access, isService: true };
  const requestId = randomUUID();
  return async function ask(endpoint, now, { id = "", body } = {}) {
    const asked = { id, body: endpoint.body?.parse(body), query: {} };
    const free = { preferred: () => undefined, requireVersion: () => {} };
    const mode = endpoint.method === "GET" ? "read only" : "read write";
    const reply = await runInTenant(mode, { principal, requestId, now }, (tx) =>
      endpoint.handle({ tx, ...asked, ...free }),
    );
    return reply.body as Answered; // those that the seed asks have these members
  };
}

function orderOf(
  { products, tax_rate_ppm, settings }: SeedTenant,
  customer: string,
  random: Random,
) {
  const lines = Array.from({ length: random.between(1, 4) }, () => {
    const { most, ...product } = random.pick(products);
    return { ...product, quantity: random.between(1, most), tax_rate_ppm };
  });
  return { customer_id: customer, currency: (settings as { currency: string }).currency, lines };
}

async function settle(ask: Ask, step: Step, id: string): Promise<void> {
  const { at } = step;
  switch (step.kind) {
    case "pay": {
      const { due } = await ask(getInvoice, at, { id });
      const amount = Math.ceil(due.amount / step.share);
      const received_on = at.toISOString().slice(0, 10);
      const reference = `wire ${received_on} / ${id.slice(-12)}`;
      const moved = { kind: "payment", amount, currency: due.currency, received_on, reference };
      await ask(recordPayment, at, { id, body: { ...moved, method: "bank_transfer" } });
      return;
    }
    case "credit":
      await ask(issueCreditNote, at, { id, body: { full: true, reason: "Returned" } });
      return;
    case "void":
      await ask(voidInvoice, at, { id, body: { reason: "Issued twice by mistake" } });
      return;
    case "give-up":
      await ask(markUncollectible, at, { id, body: { reason: "The customer is insolvent" } });
      return;
    default:
  }
}
