import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createOpen, paymentBody, reversalBody } from "../support/bodies.ts";
import {
  type BillingUnderTest,
  startBillingUnderTest,
  type TestCaller,
} from "../support/start-billing.ts";

let billing: BillingUnderTest;
let caller: TestCaller;
beforeAll(async () => {
  billing = await startBillingUnderTest({ now: () => new Date("2026-06-15T12:00:00Z") });
  caller = await billing.as();
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
});

const pay = (id: string, amount: number, change: object = {}) =>
  caller.post(`/v1/invoices/${id}/payments`, paymentBody(amount, change));
const reverse = (id: string, entry: string, amount: number, change: object = {}) =>
  caller.post(`/v1/invoices/${id}/payments`, reversalBody(entry, amount, change));
const credit = (id: string, body: object) =>
  caller.post(`/v1/invoices/${id}/credit-notes`, { reason: "Late delivery", ...body });
const verb = (id: string, name: string, version: number) =>
  caller.post(`/v1/invoices/${id}/${name}`, { reason: "Why" }, { "if-match": `"${version}"` });

describe("an invoice", () => {
  test("that was issued by mistake is voided: nothing is due, its number stays", async () => {
    const id = await createOpen(caller);

    const answer = await verb(id, "void", 2);

    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      status: "void",
      number: expect.stringMatching(/^INV-/),
      due: { amount: 0 },
      allowed_actions: [],
      ledger: [
        { kind: "charge", amount: 12_000 },
        { kind: "void", amount: -12_000, reason: "Why", tax_split: [{ amount: -2_000 }] },
      ],
    });
    expect((await pay(id, 1)).json.code).toBe("invalid_transition");
  });

  test("with money in it is not voided until that is reversed", async () => {
    const id = await createOpen(caller);
    const paid = await pay(id, 100);

    const refused = await verb(id, "void", 3);
    await reverse(id, paid.json.entry.id, 100);
    const voided = await verb(id, "void", 4);

    expect([refused.status, refused.json.code]).toEqual([409, "invoice_has_payments"]);
    expect(voided.json.status).toBe("void");
  });

  test("that was given up is settled by a late payment all the same", async () => {
    const id = await createOpen(caller);

    const givenUp = await verb(id, "mark-uncollectible", 2);
    expect(givenUp.json).toMatchObject({ status: "uncollectible", due: { amount: 12_000 } });
    expect((await verb(id, "mark-uncollectible", 3)).json.code).toBe("invalid_transition");
    expect((await credit(id, { full: true })).json.code).toBe("invalid_transition");
    const part = await pay(id, 2_000);
    expect(part.json.invoice.status).toBe("uncollectible");
    const rest = await pay(id, 10_000);
    expect(rest.json.invoice.status).toBe("paid");
    expect((await reverse(id, rest.json.entry.id, 10_000)).json.invoice.status).toBe("open");
  });

  test.each(["void", "mark-uncollectible"])(
    "is asked to %s by who saw it, for a reason",
    async (name) => {
      const id = await createOpen(caller);
      const at = `/v1/invoices/${id}/${name}`;

      expect((await caller.post(at, { reason: "x" })).json.code).toBe("if_match_missing");
      expect((await caller.post(at, { reason: "x" }, { "if-match": "*" })).json.code).toBe(
        "if_match_malformed",
      );
      expect((await verb(id, name, 1)).json.code).toBe("version_mismatch");
      expect((await caller.post(at, {}, { "if-match": '"2"' })).json.code).toBe("body_invalid");
    },
  );
});
