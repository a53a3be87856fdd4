import type { Socket } from "node:net";
import { Problem } from "@tollgate/shared/problem";
import type { GatewayContext } from "../context.ts";
import type { AnswerProblem } from "../http/answer-problem.ts";
import { discardRest } from "../http/discard-rest.ts";
import { problem } from "../problems.ts";
import { boundByToken } from "../upgrade/bound-by-token.ts";
import { Answer } from "./answer.ts";
import { Attempt, type Listener, type Raw } from "./attempt.ts";
import type { Ticket } from "./circuit-breaker.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Failure, failureOf } from "./failure.ts";
import { passOnInformation } from "./pass-on-information.ts";
import { shortest, type Waiting, waitingFor } from "./patience.ts";
import { ClientLeft } from "./request-body.ts";
import { type Outgoing, send } from "./send.ts";
import type { Choice, Upstream } from "./upstream.ts";

/**
 * One request at an upstream, streamed back as it comes: as fast as the client takes it, ended
 * when either side leaves, reset when the upstream breaks off, tried once more when that is safe.
 */
export class Exchange implements Listener {
  readonly #ctx: GatewayContext;
  readonly #upstream: Upstream;
  readonly #outgoing: Outgoing;
  readonly #answerProblem: AnswerProblem;
  readonly #answer: Answer;
  readonly #beganAt = performance.now();
  #timer: NodeJS.Timeout;
  #attempt: Attempt | undefined;
  /** What went wrong with the attempt before, and all endpoints that were tried. */
  #failure: Failure | undefined;
  #tried: Set<Endpoint> | undefined;
  #wasResent = false;
  #interimAnswers = 0;
  #isDone = false;

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
    this.#answer = new Answer(ctx);
    this.#timer = setTimeout(wake, shortest(outgoing.timeouts), this);
    ctx.res.on("close", () => this.#leave());
    upstream.budget.deposit();
  }

  start(): void {
    const picked = this.#upstream.pick(this.#tried);
    if (picked instanceof Promise) void picked.then((endpoint) => this.#call(endpoint));
    else this.#call(picked);
  }

  #call(choice: Choice): void {
    if (this.#isDone) return;
    const refusal = this.#refusalOf(choice);
    const ticket = refusal === undefined ? (choice as Endpoint).breaker.admit() : 0;
    if (ticket > 0) this.#send(choice as Endpoint, ticket);
    else this.#refuse(refusal ?? problem("upstream_resting", { headers: { "retry-after": "1" } }));
  }

  #refusalOf(choice: Choice): Problem | undefined {
    const before = this.#failure;
    if (choice instanceof Problem) return before?.problem ?? choice;
    // Who could not be reached a moment ago is not asked again: others are, if there are any.
    return before?.isUnsent && this.#tried?.has(choice) ? before.problem : undefined;
  }

  #send(endpoint: Endpoint, ticket: Ticket): void {
    const { state, method } = this.#ctx;
    state.upstream = endpoint.name;
    if (this.#failure !== undefined) this.#upstream.retried(endpoint);
    const body = this.#outgoing.makeBody();
    this.#attempt = new Attempt(endpoint, ticket, body, this.#upstream, this);
    send(this.#attempt, method, this.#outgoing);
  }

  informed(status: number, raw: Raw): void {
    this.#interimAnswers += 1;
    if (this.#interimAnswers <= maxInterim) passOnInformation(this.#ctx.res, status, raw);
  }

  answered(status: number, raw: Raw, phrase: string | undefined): void {
    const { timeouts, streams } = this.#outgoing;
    const headers = this.#answer.begin(status, raw, phrase);
    this.#ctx.state.upstreamMs = this.#answer.movedAt - this.#beganAt;
    if (this.#answer.saysLength && Number.isFinite(timeouts.total)) return;
    boundByToken(streams, this.#ctx, headers, () => this.#leave());
  }

  upgraded(attempt: Attempt, socket: Socket, raw: Raw): void {
    try {
      this.#outgoing.upgrade.take(socket, raw);
      this.#ctx.state.upstreamMs = performance.now() - this.#beganAt;
      attempt.outlast(socket);
      this.#finish();
    } catch (error) {
      socket.destroy();
      this.failed(attempt, error as Error);
    }
  }

  received(attempt: Attempt, chunk: Buffer): void {
    if (!this.#answer.write(chunk, attempt)) return;
    attempt.conclude("good");
    this.#complete(attempt);
  }

  ended(attempt: Attempt, rawTrailers: Raw): void {
    this.#answer.end(rawTrailers);
    this.#complete(attempt);
  }

  #complete({ body }: Attempt): void {
    this.#finish();
    // An answer can come before the request's end: what is left of it is not wanted any more.
    if (body !== null) discardRest(this.#ctx.req);
  }

  failed(attempt: Attempt, error: Error): void {
    if (error instanceof ClientLeft) return void this.#leave();
    const failure = failureOf(error, attempt.wasSent);
    attempt.conclude(failure.isEndpoints ? "bad" : "unknown");
    if (this.#mayRetry(attempt, failure)) this.#retry(attempt, failure);
    else this.#refuse(failure.problem);
  }

  #retry({ endpoint }: Attempt, failure: Failure): void {
    this.#failure = failure;
    this.#tried ??= new Set();
    this.#tried.add(endpoint);
    this.start();
  }

  /**
   * Only where it cannot do harm: nothing was sent; or, once and within the budget, the connection
   * broke before an answer to a method that may be repeated (RFC 9110 section 9.2.2), without body.
   */
  #mayRetry({ body }: Attempt, { isUnsent, isCut }: Failure): boolean {
    if (this.#isDone || this.#answer.isBegun) return false;
    if (isUnsent) return body === null || body.isUntouched;
    if (!isCut || this.#wasResent || body !== null) return false;
    if (!idempotent.has(this.#ctx.method)) return false;
    this.#wasResent = this.#upstream.budget.withdraw();
    return this.#wasResent;
  }

  #refuse(failure: Problem): void {
    this.#finish();
    this.#answerProblem(this.#ctx, failure);
  }

  /** Looks whether somebody let us wait for too long, and if not, when to look again. */
  wake(): void {
    const { timeouts } = this.#outgoing;
    const body = this.#attempt?.body ?? null;
    const progress = { beganAt: this.#beganAt, answer: this.#answer, body };
    const { on, leftMs } = waitingFor(progress, timeouts, performance.now());
    if (leftMs <= 0) this.#giveUpOn(on);
    else this.#timer = setTimeout(wake, Math.min(leftMs, shortest(timeouts)), this);
  }

  #giveUpOn(culprit: Waiting["on"]): void {
    const { isBegun } = this.#answer;
    this.#attempt?.conclude(culprit === "client" || isBegun ? "unknown" : "bad");
    if (culprit === "upstream") this.#refuse(problem("upstream_slow"));
    else if (isBegun) this.#refuse(problem("answer_not_taken"));
    else this.#refuse(problem("request_too_slow", { headers: { connection: "close" } }));
    this.#attempt?.abort(new Error("its time is over"));
  }

  /** The client left, or has its answer; in the first case nobody needs the upstream's work. */
  #leave(): void {
    if (this.#isDone) return;
    this.#attempt?.conclude("unknown");
    this.#finish();
    this.#attempt?.abort(new Error("the client left"));
  }

  #finish(): void {
    this.#isDone = true;
    clearTimeout(this.#timer);
  }
}

const maxInterim = 10;
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "DELETE"]);

function wake(exchange: Exchange): void {
  exchange.wake();
}
