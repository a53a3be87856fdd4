import type { Guide } from "./guide.ts";

/** Codes that any part of the stack can answer with. */
export const commonGuide: Guide = {
  internal_error: [
    500,
    "Something failed that we did not foresee.",
    "Try again later. If it lasts, report the request_id: the log has the reason under it.",
  ],
  request_target_invalid: [
    400,
    "The request's target is not a path.",
    "Send the origin form: GET /path?query.",
  ],
  not_found: [
    404,
    "There is nothing at this address, or nothing that you may see.",
    "Check the path and the id. What belongs to another tenant looks like what does not exist.",
  ],
  method_not_allowed: [
    405,
    "The address exists but does not take this method.",
    "Use one of the methods in the Allow header.",
  ],
  dependency_unavailable: [
    503,
    "A part that the service needs, such as its database, is not reachable.",
    "Wait for Retry-After and send the same request again; use the same Idempotency-Key.",
  ],
  body_too_large: [
    413,
    "The body is larger than this address takes.",
    "Send less at once. Nothing of it was read or stored.",
  ],
};
