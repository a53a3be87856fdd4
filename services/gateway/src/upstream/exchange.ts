import { Problem } from "@tollgate/shared/problem";
import type { Dispatcher } from "undici";
import type { GatewayContext } from "../context.ts";
import type { AnswerProblem } from "../http/answer-problem.ts";
import { problem } from "../problems.ts";
import { forwardedResponseHeaders } from "./headers.ts";

type Controller = Dispatcher.DispatchController;

/**
 * One request at an upstream, streamed back as it comes: as fast as the client takes it, ended
 * when either side leaves, reset when the upstream breaks off.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #ctx: GatewayContext;
  readonly #answerProblem: AnswerProblem;
  readonly #handedOverAt = performance.now();
  readonly #deadline: NodeJS.Timeout;
  #controller: Controller | undefined;
  #left = Number.NaN;
  #done = false;

  constructor(ctx: GatewayContext, totalMs: number, answerProblem: AnswerProblem) {
    this.#ctx = ctx;
    this.#answerProblem = answerProblem;
    this.#deadline = setTimeout(this.#giveUp, totalMs);
    ctx.res.once("close", this.#leave);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#done) controller.abort(new Error("the exchange has ended"));
  }

  onResponseStart(controller: Controller, status: number, _: unknown, message?: string): void {
    if (status < 200 || this.#done) return;
    const { res, state } = this.#ctx;
    state.upstreamMs = performance.now() - this.#handedOverAt;
    const headers = forwardedResponseHeaders(controller.rawHeaders as Buffer[]);
    this.#left = bodyLength(headers, this.#ctx.method, status);
    headers.push(...state.ownHeaders);
    res.writeHead(status, message, headers);
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

  onResponseEnd(_controller: Controller, _trailers: unknown): void {
    if (this.#done) return;
    this.#finish();
    this.#ctx.res.end();
  }

  onResponseError(_controller: Controller, error: Error): void {
    if (this.#done) return;
    this.#finish();
    this.#answerProblem(this.#ctx, problemOf(error));
  }

  /** The upstream had its time: what it may still do is no longer waited for. */
  readonly #giveUp = (): void => {
    this.onResponseError(this.#controller as Controller, problem("upstream_slow"));
    this.#controller?.abort(new Error("the deadline has passed"));
  };

  /** The client left, or has its answer; in the first case nobody needs the upstream's work. */
  readonly #leave = (): void => {
    if (this.#done) return;
    this.#finish();
    this.#controller?.abort(new Error("the client left"));
  };

  #finish(): void {
    this.#done = true;
    clearTimeout(this.#deadline);
  }
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
function problemOf(error: Error): Problem {
  if (error instanceof Problem) return error;
  const { code = "" } = error as NodeJS.ErrnoException;
  if (slow.has(code)) return problem("upstream_slow", { cause: error });
  const retryAfter = { "retry-after": "1" };
  if (unreachable.has(code) || error instanceof AggregateError) {
    return problem("upstream_unreachable", { cause: error, headers: retryAfter });
  }
  return problem("upstream_broken", { cause: error });
}
