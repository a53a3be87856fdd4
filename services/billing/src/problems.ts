import { commonProblems, defineProblems, type ProblemKind } from "@tollgate/shared/problem";

/** Every failure that billing can answer with, besides those of tokens. */
export const billingProblems = {
  ...commonProblems,
  tenant_missing: { status: 403, title: "The token does not say which tenant it acts for" },
  query_invalid: { status: 400, title: "The query has parameters that cannot be used" },
  cursor_invalid: { status: 400, title: "The cursor does not belong to this list" },
  json_malformed: { status: 400, title: "The body is not JSON" },
  media_type_not_supported: { status: 415, title: "The body must be application/json" },
  body_too_large: { status: 413, title: "The body is larger than 1 MiB" },
  body_invalid: { status: 422, title: "The body has members that cannot be used" },
  idempotency_key_missing: { status: 400, title: "This call needs an Idempotency-Key" },
  idempotency_key_malformed: { status: 400, title: "The Idempotency-Key is not well-formed" },
  idempotency_key_reused: { status: 422, title: "This key was used for another request" },
  idempotency_in_progress: { status: 409, title: "A request with this key is still running" },
  if_match_missing: { status: 428, title: "This call needs an If-Match with the version seen" },
  if_match_malformed: { status: 400, title: "The If-Match is not a list of entity tags" },
  version_mismatch: { status: 412, title: "It was changed by somebody else in the meantime" },
  duplicate_external_id: { status: 409, title: "This external_id is taken" },
  invalid_transition: { status: 409, title: "The invoice's state does not allow this" },
  document_of_draft: { status: 409, title: "A draft has no document: it is not issued yet" },
  not_acceptable: { status: 406, title: "The document is not to be had in that form" },
  invoice_has_payments: { status: 409, title: "Something was paid or credited on this invoice" },
  payment_exceeds_due: { status: 409, title: "The payment is more than what is due" },
  reversal_exceeds_payment: {
    status: 409,
    title: "The reversal is more than is left of the payment",
  },
  credit_exceeds_due: { status: 409, title: "The credit is more than what is due" },
  duplicate_reference: { status: 409, title: "This reference is taken" },
  currency_mismatch: { status: 422, title: "The invoice is in another currency" },
  issue_date_out_of_order: { status: 409, title: "A later invoice of this series exists" },
} as const satisfies Record<string, ProblemKind>;

export const problem = defineProblems<keyof typeof billingProblems>(billingProblems);
