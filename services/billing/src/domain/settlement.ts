import { requireAllowed, type Standing, type Status } from "./invoice.ts";

/** What an invoice asks for, and how much of it was paid or forgiven. */
export type Account = Standing & { total: bigint };

/** What a payment, a reversal or a credit makes of it. `paid` is never chosen, it follows. */
export type Settled = { status: Status; paid: bigint; credited: bigint };

export class ExceedsDueError extends RangeError {
  override readonly name = "ExceedsDueError";
  readonly due: bigint;

  constructor(due: bigint) {
    super("it is more than what is due");
    this.due = due;
  }
}

export class HasPaymentsError extends Error {
  override readonly name = "HasPaymentsError";
}

/** Nothing is due before an invoice is issued, or after it was voided. */
export function amountDue({ status, total, paid, credited }: Account): bigint {
  return status === "draft" || status === "void" ? 0n : total - paid - credited;
}

export function settleByPayment(account: Account, amount: bigint): Settled {
  requireAllowed(account, "record-payment");
  return settle(account, { paid: account.paid + amount });
}

/** A payment that bounced, or was typed wrong: what it settled is owed again. */
export function reopenByReversal(account: Account, amount: bigint): Settled {
  requireAllowed(account, "record-reversal");
  return settle(account, { paid: account.paid - amount });
}

export function settleByCredit(account: Account, amount: bigint): Settled {
  requireAllowed(account, "issue-credit-note");
  return settle(account, { credited: account.credited + amount });
}

/** Takes an invoice back as a whole; with money in it, that is for reversals and credit notes. */
export function voidAccount(account: Account): Settled {
  const { status, paid, credited } = account;
  const isOwed = status === "open" || status === "uncollectible";
  if (isOwed && (paid !== 0n || credited !== 0n)) {
    throw new HasPaymentsError("what was paid or credited comes first");
  }
  requireAllowed(account, "void");
  return { status: "void", paid, credited };
}

export function writeOff(account: Account): Settled {
  requireAllowed(account, "mark-uncollectible");
  return { status: "uncollectible", paid: account.paid, credited: account.credited };
}

function settle(account: Account, change: Partial<Settled>): Settled {
  const { status, paid, credited } = { ...account, ...change };
  const due = account.total - paid - credited;
  if (due < 0n) throw new ExceedsDueError(amountDue(account));
  if (due === 0n) return { status: "paid", paid, credited };
  return { status: status === "paid" ? "open" : status, paid, credited };
}
