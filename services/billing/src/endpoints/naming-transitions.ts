import { InvalidTransitionError } from "../domain/invoice.ts";
import { ExceedsDueError, HasPaymentsError } from "../domain/settlement.ts";
import { problem } from "../problems.ts";

type Exceeding = "payment_exceeds_due" | "credit_exceeds_due";

/** Runs a rule of the domain, and names its refusal: 409 with the state and what it allows. */
export function namingTransitions<T>(rule: () => T, exceeding?: Exceeding): T {
  try {
    return rule();
  } catch (error) {
    if (error instanceof HasPaymentsError) throw problem("invoice_has_payments");
    if (error instanceof ExceedsDueError && exceeding !== undefined) {
      throw problem(exceeding, { extensions: { due: Number(error.due) } });
    }
    if (!(error instanceof InvalidTransitionError)) throw error;
    // Not the member `status`, which is the answer's own (RFC 9457 section 3.1.2).
    const extensions = { invoice_status: error.status, allowed: error.allowed };
    throw problem("invalid_transition", { detail: error.message, extensions });
  }
}
