import { Problem } from "@tollgate/shared/problem";
import { problem } from "../problems.ts";

/** How a call to an upstream failed, as far as it matters for what to do next. */
export type Failure = {
  problem: Problem;
  /** Nothing of the request can have reached the upstream: any method may be tried again. */
  isUnsent: boolean;
  /** It says something about the endpoint, not about the client. */
  isEndpoints: boolean;
};

const slow = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);
const unreachable = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/** No driver's code leaves this function. */
export function failureOf(error: Error): Failure {
  if (error instanceof Problem) return { problem: error, isUnsent: false, isEndpoints: false };
  const { code = "" } = error as NodeJS.ErrnoException;
  if (slow.has(code)) {
    return {
      problem: problem("upstream_slow", { cause: error }),
      isUnsent: false,
      isEndpoints: true,
    };
  }
  if (unreachable.has(code) || error instanceof AggregateError) {
    const headers = { "retry-after": "1" };
    const refusal = problem("upstream_unreachable", { cause: error, headers });
    return { problem: refusal, isUnsent: true, isEndpoints: true };
  }
  const broken = problem("upstream_broken", { cause: error });
  return { problem: broken, isUnsent: false, isEndpoints: true };
}
