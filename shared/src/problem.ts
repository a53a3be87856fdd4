/** What a failure of one kind answers: a status, and a sentence for people. */
export type ProblemKind = { status: number; title: string };

export type ProblemOptions = {
  /** What is wrong with this call in particular. The caller reads it: no internal names. */
  detail?: string | undefined;
  headers?: Record<string, string> | undefined;
  /** Members beside RFC 9457's own, such as `errors` or `allowed`. */
  extensions?: Record<string, unknown> | undefined;
  /** The underlying error, for the log. It never leaves the service. */
  cause?: unknown;
};

/** A failure we foresaw and named. Anything else that is thrown is a bug: `internal_error`. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly headers: Record<string, string>;
  readonly extensions: Record<string, unknown>;

  constructor(code: string, kind: ProblemKind, options: ProblemOptions = {}) {
    super(options.detail ?? kind.title, { cause: options.cause });
    this.code = code;
    this.status = kind.status;
    this.title = kind.title;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
    this.extensions = options.extensions ?? {};
  }
}

/** Turns a catalogue of failures into the one function that raises them. */
export function defineProblems<Code extends string>(catalogue: Record<Code, ProblemKind>) {
  return function problem(code: Code, options?: ProblemOptions): Problem {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    const raised = new Problem(code, catalogue[code], options);
    Error.stackTraceLimit = stackTraceLimit;
    // Elsewhere the code says it all, and walking the stack is dear: a flood of refusals, or of
    // what is shed in an overload, must be cheap.
    if (raised.status === 500) Error.captureStackTrace(raised, problem); // from the line that raised it
    return raised;
  };
}

/** The failures that every service can have. */
export const commonProblems = {
  internal_error: { status: 500, title: "Something went wrong on our side" },
  request_target_invalid: { status: 400, title: "The request's target is not a path" },
  not_found: { status: 404, title: "There is nothing at this address" },
  method_not_allowed: { status: 405, title: "This address does not take this method" },
  dependency_unavailable: { status: 503, title: "A part that this service needs is not reachable" },
} satisfies Record<string, ProblemKind>;

/** The media type of every refusal but RFC 6749's. */
export const problemType = "application/problem+json";

/** The body of RFC 9457. `type` is a page that the gateway serves: /problems/token-expired. */
export function problemBody(problem: Problem, context: { instance: string; requestId: string }) {
  return {
    type: `/problems/${problem.code.replaceAll("_", "-")}`,
    title: problem.title,
    status: problem.status,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    instance: context.instance,
    code: problem.code,
    request_id: context.requestId,
    ...problem.extensions,
  };
}
