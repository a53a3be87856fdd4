import * as z from "zod";
import type { EventType } from "../domain/event.ts";
import type { Settled } from "../domain/settlement.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { updateSettled } from "../store/invoice-changes.ts";
import type { Invoice } from "../store/invoices.ts";
import type { TenantTransaction } from "../store/tenant-transaction.ts";
import { reason } from "./fields.ts";
import { holdInvoice } from "./hold-invoice.ts";
import { namingTransitions } from "./naming-transitions.ts";
import { recordInvoiceEvent } from "./record-invoice-event.ts";
import { answerInvoice } from "./show-invoice.ts";

type Ending = Pick<Endpoint, "name" | "summary" | "path"> & {
  /** What becomes of the invoice; throws where its state does not allow that. */
  rule(seen: Invoice): Settled;
  event: EventType;
  /** What else the ledger has to say. */
  enter?(tx: TenantTransaction, seen: Invoice, reason: string): Promise<void>;
};

const body = z.strictObject({ reason });

/** A verb that ends an invoice though it was not paid, and keeps why. */
export function endingInvoice({ rule, event, enter, ...definition }: Ending): Endpoint {
  return endpoint({
    ...definition,
    method: "POST",
    scope: "invoices:finalize",
    roles: ["accountant"],
    body,
    ifMatch: "version",
    async handle({ tx, id, body: { reason }, requireVersion }) {
      const seen = await holdInvoice(tx, id);
      requireVersion(seen.version);

      const settled = namingTransitions(() => rule(seen));
      const invoice = await updateSettled(tx, seen, settled);
      await enter?.(tx, seen, reason);
      const answer = await answerInvoice(tx, invoice);
      await recordInvoiceEvent(tx, event, invoice, { number: invoice.number, reason });
      return answer;
    },
  });
}
