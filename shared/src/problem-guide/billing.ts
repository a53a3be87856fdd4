import type { Guide } from "./guide.ts";

/** What billing refuses. */
export const billingGuide: Guide = {
  tenant_missing: [
    403,
    "The token does not say which tenant it acts for.",
    "Have the operator give the client or user a tenant.",
  ],
  query_invalid: [
    400,
    "A query parameter is unknown or has a value that cannot be used.",
    "See errors; unknown parameters are refused, since a misspelt filter must not return everything.",
  ],
  cursor_invalid: [
    400,
    "The cursor is damaged, or belongs to a list with other filters.",
    "Start again without a cursor, or use next_cursor with the same filters.",
  ],
  json_malformed: [400, "The body is not JSON.", "Send one JSON object in UTF-8."],
  media_type_not_supported: [
    415,
    "The body's type is not application/json.",
    "Send Content-Type: application/json.",
  ],
  body_invalid: [
    422,
    "Members of the body are unknown, missing or have values that cannot be used.",
    "See errors: each has a JSON pointer and a code.",
  ],
  idempotency_key_missing: [
    400,
    "Every POST needs an Idempotency-Key header.",
    "Make a new random one for each operation and repeat it on retries.",
  ],
  idempotency_key_malformed: [
    400,
    "The Idempotency-Key is not 16 to 64 letters, digits, hyphens or underscores.",
    "A UUID is fine.",
  ],
  idempotency_key_reused: [
    422,
    "The key was used before with another request.",
    "Use a new key for a new operation.",
  ],
  idempotency_in_progress: [
    409,
    "A request with this key is still running.",
    "Wait for Retry-After and send the same request again.",
  ],
  if_match_missing: [
    428,
    "This call changes something and must say which version it saw.",
    "Send If-Match with the ETag of your last read.",
  ],
  if_match_malformed: [
    400,
    "If-Match is not a quoted entity tag.",
    "Send the ETag as it came, with its quotes.",
  ],
  version_mismatch: [
    412,
    "It was changed by somebody else since you read it.",
    "Read it again and decide anew.",
  ],
  duplicate_external_id: [
    409,
    "Another object of yours has this external_id.",
    "The answer names it: you may have created it before.",
  ],
  invalid_transition: [
    409,
    "The invoice's state does not allow this.",
    "See invoice_status and allowed in the answer.",
  ],
  document_of_draft: [
    409,
    "The invoice is a draft, and a draft has no document.",
    "Finalize it first: then it is what the customer gets, and stays so.",
  ],
  not_acceptable: [
    406,
    "The document is not to be had in the form that Accept asks for.",
    "Ask for text/html or application/pdf.",
  ],
  invoice_has_payments: [
    409,
    "Something was paid or credited on the invoice, so it cannot be voided.",
    "Reverse the payments first, or issue a credit note for what is due.",
  ],
  payment_exceeds_due: [
    409,
    "The payment is more than what is due.",
    "See due in the answer; what is beyond it belongs to another invoice.",
  ],
  reversal_exceeds_payment: [
    409,
    "The reversal is more than earlier reversals have left of the payment.",
    "See reversible in the answer.",
  ],
  credit_exceeds_due: [
    409,
    "The credit is more than what is due.",
    "See due in the answer; reverse a payment first to credit what was paid.",
  ],
  duplicate_reference: [
    409,
    "Another entry of your ledger has this reference.",
    "The answer names it: you may have recorded it before.",
  ],
  currency_mismatch: [
    422,
    "The amount is not in the invoice's currency.",
    "Convert it before; an invoice keeps to one currency.",
  ],
  issue_date_out_of_order: [
    409,
    "An invoice of the series has a later date, and numbers follow dates.",
    "Use that date or a later one.",
  ],
};
