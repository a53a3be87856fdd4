import type { Guide } from "./guide.ts";

/** What the gateway refuses or reports by itself. */
export const gatewayGuide: Guide = {
  request_malformed: [
    400,
    "The bytes are not a well-formed HTTP/1.1 request.",
    "Check the client or the proxy between.",
  ],
  target_ambiguous: [
    400,
    "The path could be read in two ways: dot segments, empty segments, semicolons, or characters encoded that need not be.",
    "Send the path in its plainest spelling. We refuse instead of repairing, so that what is checked is what is forwarded.",
  ],
  target_not_accepted: [
    400,
    "The request's target is not a path with an optional query.",
    "Send the origin form: GET /path?query.",
  ],
  host_not_accepted: [
    400,
    "There is no Host header, more than one, or one that names no host.",
    "Send exactly one Host.",
  ],
  header_not_accepted: [
    400,
    "A header is there twice that may be there once, or its name imitates a reserved one.",
    "Send it once; use letters, digits and hyphens in names.",
  ],
  framing_not_accepted: [
    400,
    "The request's length is said in two ways, or in one that is not accepted.",
    "Send either Content-Length or Transfer-Encoding: chunked.",
  ],
  expectation_failed: [
    417,
    "The Expect header asks for something other than 100-continue.",
    "Leave it out.",
  ],
  headers_too_large: [
    431,
    "The headers are more than 16 KiB, or more than 100.",
    "Send fewer or smaller ones: cookies, most often.",
  ],
  request_too_slow: [408, "The request did not arrive in time.", "Send it again, without pauses."],
  answer_not_taken: [
    408,
    "The client stopped reading its answer for longer than the route's idle time; the connection was reset.",
    "Read answers as they come, or ask for less at once.",
  ],
  route_unknown: [404, "No route of the gateway leads there.", "Check the path. Case matters."],
  upgrade_not_accepted: [
    403,
    "You asked for a WebSocket, and this route of the gateway takes none.",
    "Check the path. Whoever runs the gateway allows them with `websocket: true` on a route.",
  ],
  too_many_tunnels: [
    503,
    "As many WebSockets are open as the gateway carries at once.",
    "Wait for Retry-After and try again.",
  ],
  rate_exceeded: [
    429,
    "You sent more requests than this route allows in its window.",
    "Wait for Retry-After; RateLimit and RateLimit-Policy say how much is left.",
  ],
  origin_not_allowed: [
    403,
    "A browser asked whether a page of this origin may call the route, and it may not.",
    "Call it from an origin that the route's cors.origins names, or have yours added there.",
  ],
  concurrency_exceeded: [
    503,
    "As many requests as the route takes at the same time are under way.",
    "Wait for Retry-After and try again, with fewer at once. Nothing was sent to the service.",
  ],
  overloaded: [
    503,
    "The gateway has more work than it can do in time, and refuses a part of it unread.",
    "Wait for Retry-After and try again, less often each time. Nothing was sent to the service.",
  ],
  upstream_unreachable: [
    502,
    "The service behind the gateway could not be reached.",
    "Try again shortly.",
  ],
  upstream_broken: [
    502,
    "The service behind the gateway broke off or answered nonsense.",
    "Try again; a change may or may not have been made, so use the same Idempotency-Key.",
  ],
  upstream_resting: [
    503,
    "The service behind the gateway failed several times in a row and is not called for a moment.",
    "Wait for Retry-After and try again.",
  ],
  upstream_slow: [
    504,
    "The service behind the gateway did not answer in time.",
    "Try again later; a change may or may not have been made, so use the same Idempotency-Key.",
  ],
};
