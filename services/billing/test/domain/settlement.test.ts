import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { InvalidTransitionError, type Status } from "../../src/domain/invoice.ts";
import {
  type Account,
  amountDue,
  ExceedsDueError,
  HasPaymentsError,
  reopenByReversal,
  settleByCredit,
  settleByPayment,
  voidAccount,
  writeOff,
} from "../../src/domain/settlement.ts";

const open = { status: "open" as Status, total: 100n, paid: 0n, credited: 0n };

test("an invoice is paid when nothing is due, and owed again when a payment bounces", () => {
  expect(settleByPayment(open, 40n)).toEqual({ status: "open", paid: 40n, credited: 0n });
  expect(settleByPayment({ ...open, credited: 60n }, 40n).status).toBe("paid");
  const paid = { ...open, status: "paid" as Status, paid: 100n };
  expect(reopenByReversal(paid, 1n)).toEqual({ status: "open", paid: 99n, credited: 0n });
});

test("more than is due is refused, and the refusal knows how much that is", () => {
  expect(() => settleByPayment({ ...open, paid: 30n }, 71n)).toThrow(new ExceedsDueError(70n));
  expect(() => settleByCredit(open, 101n)).toThrow(ExceedsDueError);
});

test("what has money in it is not voided, and what is closed is not written off", () => {
  expect(voidAccount(open).status).toBe("void");
  expect(() => voidAccount({ ...open, paid: 1n })).toThrow(HasPaymentsError);
  expect(() => voidAccount({ ...open, credited: 1n })).toThrow(HasPaymentsError);
  for (const status of ["draft", "paid", "uncollectible", "void"] as const) {
    expect(() => writeOff({ ...open, status })).toThrow(InvalidTransitionError);
  }
});

test("nothing is due on a draft or on what is void", () => {
  expect(amountDue(open)).toBe(100n);
  expect(amountDue({ ...open, status: "draft" })).toBe(0n);
  expect(amountDue({ ...open, status: "void" })).toBe(0n);
});

test("whatever is asked in whatever order, paid means settled and due is never negative", () => {
  const rules = [settleByPayment, settleByCredit, reopenByReversal, writeOff, voidAccount];
  const step = fc.tuple(fc.constantFrom(...rules), fc.bigInt({ min: 1n, max: 60n }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let account: Account = open;
      for (const [rule, amount] of steps) {
        // A reversal is never larger than the payments: the endpoint looks them up.
        if (rule === reopenByReversal && amount > account.paid) continue;
        try {
          account = { ...account, ...rule(account, amount) };
        } catch (error) {
          const refusals = [InvalidTransitionError, ExceedsDueError, HasPaymentsError];
          expect(refusals.some((refusal) => error instanceof refusal)).toBe(true);
        }
        expect(amountDue(account)).toBeGreaterThanOrEqual(0n);
        expect(account.paid >= 0n && account.credited >= 0n).toBe(true);
        if (account.status !== "void") {
          expect(account.status === "paid").toBe(amountDue(account) === 0n);
        }
      }
    }),
  );
});
