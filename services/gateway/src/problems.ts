import { commonProblems, defineProblems } from "@tollgate/shared/problem";

/** Every failure of the gateway's own; those of tokens are in shared/tokens/token-problems. */
export const gatewayCatalogue = {
  ...commonProblems,
  request_malformed: { status: 400, title: "The request is not well-formed HTTP" },
  target_ambiguous: { status: 400, title: "The request's path could be read in two ways" },
  target_not_accepted: { status: 400, title: "The request's target is not a plain path" },
  host_not_accepted: { status: 400, title: "The request needs exactly one valid Host" },
  header_not_accepted: { status: 400, title: "A header of the request is not accepted" },
  framing_not_accepted: { status: 400, title: "The request's length is not stated plainly" },
  expectation_failed: { status: 417, title: "Only 100-continue can be expected here" },
  headers_too_large: { status: 431, title: "The request's headers are too large" },
  request_too_slow: { status: 408, title: "The request did not arrive in time" },
  answer_not_taken: { status: 408, title: "The answer was not read in time" },
  body_too_large: { status: 413, title: "The request's body is larger than this route takes" },
  route_unknown: { status: 404, title: "No route leads there" },
  too_many_forged_tokens: { status: 429, title: "Too many forged tokens came from this address" },
  origin_not_allowed: { status: 403, title: "Pages of this origin may not call this route" },
  concurrency_exceeded: { status: 503, title: "This route has as many requests as it takes" },
  overloaded: { status: 503, title: "The gateway has more work than it can do" },
  upgrade_not_accepted: { status: 403, title: "This route takes no WebSocket" },
  too_many_tunnels: { status: 503, title: "Too many WebSockets are open here" },
  rate_exceeded: { status: 429, title: "Too many requests in too short a time" },
  upstream_unreachable: { status: 502, title: "The service behind this could not be reached" },
  upstream_broken: { status: 502, title: "The service behind this gave no proper answer" },
  upstream_resting: {
    status: 503,
    title: "The service behind this has failed and is given a rest",
  },
  upstream_slow: { status: 504, title: "The service behind this did not answer in time" },
} as const;

export const problem = defineProblems(gatewayCatalogue);
