import { expect, test } from "@jest/globals";
import {
  type Action,
  allowedActions,
  finalize,
  InvalidTransitionError,
  invoiceNumber,
  isOverdue,
  type Status,
} from "../../src/domain/invoice.ts";
import { defaultSettings } from "../../src/domain/settings.ts";

const standings: [Status, bigint, Action[]][] = [
  ["draft", 0n, ["update", "delete", "finalize"]],
  ["open", 0n, ["record-payment", "issue-credit-note", "mark-uncollectible", "void"]],
  ["open", 5n, ["record-payment", "issue-credit-note", "mark-uncollectible", "record-reversal"]],
  ["uncollectible", 0n, ["record-payment", "void"]],
  ["paid", 10n, ["record-reversal"]],
  ["paid", 0n, []],
  ["void", 0n, []],
];

test.each(standings)("%s with %s paid allows %j", (status, paid, actions) => {
  expect(allowedActions({ status, paid, credited: 0n })).toEqual(actions);
});

const draft = { status: "draft" as Status, paid: 0n, credited: 0n, total: 100n, due_days: null };
const buyer = { name: "Ada", address: null, tax_id: null };
const terms = { settings: defaultSettings, buyer, issuedOn: "2026-01-31" };

test("finalizing opens a draft and sets when it is due", () => {
  expect(finalize(draft, terms)).toMatchObject({ status: "open", due_on: "2026-03-02", buyer });
  expect(finalize({ ...draft, due_days: 0 }, terms).due_on).toBe("2026-01-31");
  expect(finalize({ ...draft, total: 0n }, terms).status).toBe("paid");
});

test("nothing but a draft can be finalized", () => {
  for (const status of ["open", "paid", "uncollectible", "void"] as const) {
    expect(() => finalize({ ...draft, status }, terms)).toThrow(InvalidTransitionError);
  }
});

test("an open invoice is overdue from the day after it was due", () => {
  const open = { status: "open" as Status, due_on: "2026-03-02" };

  expect(isOverdue(open, "2026-03-02")).toBe(false);
  expect(isOverdue(open, "2026-03-03")).toBe(true);
  expect(isOverdue({ ...open, status: "paid" }, "2026-03-03")).toBe(false);
});

test("numbers are padded, and grow beyond their padding", () => {
  expect(invoiceNumber("INV-", 42n)).toBe("INV-000042");
  expect(invoiceNumber("INV-", 12_345_678n)).toBe("INV-12345678");
});
