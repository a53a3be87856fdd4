import * as z from "zod";
import { endpoint } from "../endpoint.ts";

export const listInvoices = endpoint({
  name: "listInvoices",
  summary: "Lists invoices, newest first",
  method: "GET",
  path: "/v1/invoices",
  scope: "invoices:read",
  roles: ["accountant", "clerk", "auditor", "customer"],
  query: z.strictObject({}),
  async handle({ tx }) {
    const found = await tx.sql.selectFrom("invoice").select("id").execute();
    return { status: 200, body: { data: found, next_cursor: null, has_more: false } };
  },
});
