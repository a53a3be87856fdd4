import { addDays, type Day } from "./calendar.ts";
import type { Party } from "./party.ts";
import { type Settings, sellerOf } from "./settings.ts";

/**
 * draft --finalize--> open --due reaches 0--> paid --reversal--> open
 * open --void--> void, open --mark-uncollectible--> uncollectible --due reaches 0--> paid | --void--> void
 */
export type Status = "draft" | "open" | "paid" | "uncollectible" | "void";

export type Action =
  | "update"
  | "delete"
  | "finalize"
  | "void"
  | "mark-uncollectible"
  | "record-payment"
  | "record-reversal"
  | "issue-credit-note";

export type Standing = { status: Status; paid: bigint; credited: bigint };

/** What may be done with an invoice as it stands. */
export function allowedActions({ status, paid, credited }: Standing): Action[] {
  const untouched = paid === 0n && credited === 0n;
  const reversal: Action[] = paid > 0n ? ["record-reversal"] : [];
  const voiding: Action[] = untouched ? ["void"] : [];
  switch (status) {
    case "draft":
      return ["update", "delete", "finalize"];
    case "open":
      return ["record-payment", "issue-credit-note", "mark-uncollectible", ...voiding, ...reversal];
    case "uncollectible":
      return ["record-payment", ...voiding, ...reversal];
    case "paid":
      return reversal;
    case "void":
      return [];
  }
}

export class InvalidTransitionError extends Error {
  override readonly name = "InvalidTransitionError";
  readonly status: Status;
  readonly allowed: readonly Action[];

  constructor(standing: Standing, action: Action) {
    super(`an invoice that is ${standing.status} cannot be asked to ${action}`);
    this.status = standing.status;
    this.allowed = allowedActions(standing);
  }
}

export function requireAllowed(standing: Standing, action: Action): void {
  if (!allowedActions(standing).includes(action))
    throw new InvalidTransitionError(standing, action);
}

export type Finalization = {
  status: "open" | "paid";
  issued_on: Day;
  due_on: Day;
  seller: Party;
  buyer: Party;
};

type FinalizeTerms = { settings: Settings; buyer: Party; issuedOn: Day };

/** Freezes a draft: from here on it is owed, or settled at once when there is nothing to pay. */
export function finalize(
  draft: Standing & { total: bigint; due_days: number | null },
  { settings, buyer, issuedOn }: FinalizeTerms,
): Finalization {
  requireAllowed(draft, "finalize");
  return {
    status: draft.total === 0n ? "paid" : "open",
    issued_on: issuedOn,
    due_on: addDays(issuedOn, draft.due_days ?? settings.payment_terms_days),
    seller: sellerOf(settings),
    buyer,
  };
}

/** 42 in the series INV- is INV-000042. A series ends in no digit, so numbers never collide. */
export function invoiceNumber(series: string, seq: bigint): string {
  return series + String(seq).padStart(6, "0");
}

/** Overdue is seen and never stored: it changes at midnight, where the tenant is. */
export function isOverdue(invoice: { status: Status; due_on: Day | null }, today: Day): boolean {
  return invoice.status === "open" && invoice.due_on !== null && invoice.due_on < today;
}
