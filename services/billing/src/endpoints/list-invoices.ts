import * as z from "zod";
import { dayIn } from "../domain/calendar.ts";
import { endpoint } from "../endpoint.ts";
import { presentInvoice } from "../presenters/invoice.ts";
import { listInvoices as list } from "../store/invoices.ts";
import { findSettings } from "../store/settings.ts";
import { currency, day, line, paging, statuses, yesOrNo } from "./fields.ts";
import { answerPage } from "./page.ts";

const status = z.enum(statuses);

const query = z.strictObject({
  status: z
    .union([status.transform((one) => [one]), z.array(status)], {
      error: `Each must be one of ${statuses.join(", ")}`,
    })
    .optional(),
  customer_id: z.uuid().optional(),
  number: line(64).optional(),
  currency: currency.optional(),
  "issued_on[gte]": day.optional(),
  "issued_on[lte]": day.optional(),
  due_before: day.optional(),
  overdue: yesOrNo.optional(),
  ...paging,
});

export const listInvoices = endpoint({
  name: "listInvoices",
  summary: "Lists invoices, newest first",
  method: "GET",
  path: "/v1/invoices",
  scope: "invoices:read",
  roles: ["accountant", "clerk", "auditor", "customer"],
  query,
  async handle({ tx, query }) {
    const { timezone } = await findSettings(tx);
    const today = dayIn(timezone, tx.now);
    const { "issued_on[gte]": issuedFrom, "issued_on[lte]": issuedTo, ...rest } = query;
    const filter = { ...rest, issuedFrom, issuedTo, today };
    return await answerPage(
      "invoices",
      query,
      (page) => list(tx, filter, page),
      (invoice) => presentInvoice(invoice, today),
    );
  },
});
