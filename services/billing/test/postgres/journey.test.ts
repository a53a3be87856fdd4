import { expect, test } from "@jest/globals";
import { startBillingUnderTest } from "../support/start-billing.ts";

test("a new tenant has no invoices", async () => {
  await using billing = await startBillingUnderTest();
  const alice = await billing.as();

  const answer = await alice.get("/v1/invoices");

  expect(answer.json).toEqual({ data: [], next_cursor: null, has_more: false });
});
