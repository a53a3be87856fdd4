import type { Dispatcher } from "undici";
import type { GatewayContext } from "../context.ts";
import type { AnswerProblem } from "../http/answer-problem.ts";
import { problem } from "../problems.ts";
import type { Endpoint } from "./endpoint.ts";
import { failureOf } from "./failure.ts";
import { forwardedReason, forwardedResponseHeaders } from "./headers.ts";
import type { RequestBody } from "./request-body.ts";
import type { Upstream } from "./upstream.ts";

type Controller = Dispatcher.DispatchController;

/** What is sent, whichever endpoint it goes to. */
export type Outgoing = {
  path: string;
  headers: string[];
  makeBody: () => RequestBody | null;
  headersTimeout: number;
  bodyTimeout: number;
  totalMs: number;
};

/**
 * One request at an upstream, streamed back as it comes: as fast as the client takes it, ended
 * when either side leaves, reset when the upstream breaks off, tried once more when that is safe.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #ctx: GatewayContext;
  readonly #upstream: Upstream;
  readonly #outgoing: Outgoing;
  readonly #answerProblem: AnswerProblem;
  readonly #handedOverAt = performance.now();
  readonly #deadline: NodeJS.Timeout;
  #endpoint: Endpoint | undefined;
  #body: RequestBody | null = null;
  #controller: Controller | undefined;
  #left = Number.NaN;
  #attempts = 0;
  #isAnswered = false;
  #done = false;

  constructor(
    ctx: GatewayContext,
    upstream: Upstream,
    outgoing: Outgoing,
    answerProblem: AnswerProblem,
  ) {
    this.#ctx = ctx;
    this.#upstream = upstream;
    this.#outgoing = outgoing;
    this.#answerProblem = answerProblem;
    this.#deadline = setTimeout(this.#giveUp, outgoing.totalMs);
    ctx.res.once("close", this.#leave);
    upstream.budget.deposit();
  }

  /** Picks an endpoint and calls it; `failed` is the one that was tried before. */
  start(failed?: Endpoint): void {
    const picked = this.#upstream.pick(failed);
    if (picked instanceof Promise) {
      picked.then((endpoint) => this.#call(endpoint)).catch((error: Error) => this.#fail(error));
    } else {
      this.#call(picked);
    }
  }

  #call(endpoint: Endpoint | undefined): void {
    if (this.#done) {
      endpoint?.breaker.abandoned();
    } else if (endpoint === undefined) {
      this.#fail(resting(this.#upstream));
    } else {
      this.#send(endpoint);
    }
  }

  #send(endpoint: Endpoint): void {
    const { path, headers, makeBody, headersTimeout, bodyTimeout } = this.#outgoing;
    this.#endpoint = endpoint;
    this.#attempts += 1;
    this.#ctx.state.upstream = endpoint.address;
    this.#body = makeBody();
    endpoint.active += 1;
    const method = this.#ctx.method as Dispatcher.HttpMethod;
    const body = this.#body;
    endpoint.pool.dispatch(
      {
        path,
        method,
        headers: ["host", endpoint.host, ...headers],
        body,
        headersTimeout,
        bodyTimeout,
      },
      this,
    );
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#done) controller.abort(new Error("the exchange has ended"));
  }

  onResponseStart(controller: Controller, status: number, _: unknown, message?: string): void {
    if (status < 200 || this.#done) return;
    const { res, state, method } = this.#ctx;
    this.#isAnswered = true;
    this.#judge(status);
    state.upstreamMs = performance.now() - this.#handedOverAt;
    const headers = forwardedResponseHeaders(controller.rawHeaders as Buffer[], state.route.entry);
    this.#left = bodyLength(headers, method, status);
    headers.push(...state.ownHeaders);
    res.writeHead(status, forwardedReason(message), headers);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    const { res } = this.#ctx;
    this.#left -= chunk.length;
    if (this.#left === 0) {
      // The last chunk goes out with the end in one write.
      this.#finish();
      res.end(chunk);
    } else if (!res.write(chunk)) {
      controller.pause();
      res.once("drain", () => controller.resume());
    }
  }

  onResponseEnd(): void {
    if (this.#done) return;
    this.#finish();
    this.#ctx.res.end();
  }

  onResponseError(_controller: Controller, error: Error): void {
    if (!this.#done) this.#fail(error);
  }

  #fail(error: Error): void {
    const failure = failureOf(error);
    const endpoint = this.#endpoint;
    if (failure.isEndpoints) endpoint?.breaker.failed();
    else endpoint?.breaker.abandoned();
    if (endpoint !== undefined && this.#mayRetry(failure.isUnsent, failure.isEndpoints)) {
      this.#release();
      this.start(endpoint);
    } else if (!this.#done) {
      this.#finish();
      this.#answerProblem(this.#ctx, failure.problem);
    }
  }

  /**
   * Once more, and only where it cannot do harm: nothing was sent, or the method is safe and has no
   * body, the connection broke before an answer, and the budget allows it.
   */
  #mayRetry(isUnsent: boolean, isEndpoints: boolean): boolean {
    if (this.#done || this.#isAnswered || this.#attempts > 1) return false;
    if (isUnsent) return this.#body === null || this.#body.isUntouched;
    if (!isEndpoints || this.#body !== null || !safeMethods.has(this.#ctx.method)) return false;
    return this.#upstream.budget.withdraw();
  }

  #judge(status: number): void {
    const endpoint = this.#endpoint;
    if (endpoint === undefined) return;
    endpoint.breaker.succeeded();
    endpoint.errorsInARow = status >= 500 ? endpoint.errorsInARow + 1 : 0;
  }

  /** The upstream had its time: what it may still do is no longer waited for. */
  readonly #giveUp = (): void => {
    this.#attempts = Number.POSITIVE_INFINITY;
    this.#endpoint?.breaker.failed();
    this.#fail(problem("upstream_slow"));
    this.#controller?.abort(new Error("the deadline has passed"));
  };

  /** The client left, or has its answer; in the first case nobody needs the upstream's work. */
  readonly #leave = (): void => {
    if (this.#done) return;
    this.#endpoint?.breaker.abandoned();
    this.#finish();
    this.#controller?.abort(new Error("the client left"));
  };

  #finish(): void {
    this.#done = true;
    clearTimeout(this.#deadline);
    this.#release();
  }

  #release(): void {
    if (this.#endpoint !== undefined) this.#endpoint.active -= 1;
    this.#endpoint = undefined;
    this.#controller = this.#done ? this.#controller : undefined;
  }
}

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

function resting(upstream: Upstream): Error {
  const seconds = Math.max(1, Math.ceil(upstream.restMs() / 1000));
  return problem("upstream_resting", { headers: { "retry-after": String(seconds) } });
}

/** What Content-Length promises; NaN, which never counts down to zero, where it says nothing. */
function bodyLength(headers: readonly string[], method: string, status: number): number {
  if (method === "HEAD" || status === 204 || status === 304) return Number.NaN;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (name.length === 14 && name.toLowerCase() === "content-length") {
      return Number(headers[index + 1]);
    }
  }
  return Number.NaN;
}
