import { Problem } from "@tollgate/shared/problem";
import { problem } from "../problems.ts";

/** How a call to an upstream failed, as far as it matters for what to do next. */
export type Failure = {
  problem: Problem;
  /** Nothing of the request can have reached the upstream: any method may be tried again. */
  isUnsent: boolean;
  /** The connection ended before there was a whole answer. */
  isCut: boolean;
  /** It says something about the endpoint, not about the client. */
  isEndpoints: boolean;
};

/** No driver's code leaves this function. `wasSent`: a connection had taken the request. */
export function failureOf(error: Error, wasSent: boolean): Failure {
  if (error instanceof Problem) {
    const isEndpoints = error.code.startsWith("upstream_");
    return { problem: error, isUnsent: false, isCut: false, isEndpoints };
  }
  const { code = "" } = error as NodeJS.ErrnoException;
  if (code === "UND_ERR_INVALID_ARG") {
    // Of what is sent only the client's part can be at fault: it must not count against the endpoint.
    const malformed = problem("request_malformed", { cause: error });
    return { problem: malformed, isUnsent: false, isCut: false, isEndpoints: false };
  }
  if (!wasSent) {
    const headers = { "retry-after": "1" };
    const unreachable = problem("upstream_unreachable", { cause: error, headers });
    return { problem: unreachable, isUnsent: true, isCut: false, isEndpoints: true };
  }
  const broken = problem("upstream_broken", { cause: error });
  const isCut = cuts.has(code);
  return { problem: broken, isUnsent: false, isCut, isEndpoints: true };
}

const cuts = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);
