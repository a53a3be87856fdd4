import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { presentCustomer } from "../presenters/customer.ts";
import { listCustomers as list } from "../store/customers.ts";
import { externalId, line, paging, yesOrNo } from "./fields.ts";
import { answerPage } from "./page.ts";

const query = z.strictObject({
  q: line(100).optional(),
  external_id: externalId.optional(),
  archived: yesOrNo.prefault("false"),
  ...paging,
});

export const listCustomers = endpoint({
  name: "listCustomers",
  summary: "Lists customers, newest first",
  method: "GET",
  path: "/v1/customers",
  scope: "customers:read",
  roles: ["accountant", "clerk", "auditor"],
  query,
  async handle({ tx, query }) {
    return await answerPage("customers", query, (page) => list(tx, query, page), presentCustomer);
  },
});
