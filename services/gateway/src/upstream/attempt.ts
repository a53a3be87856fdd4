import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Dispatcher } from "undici";
import type { Ticket } from "./circuit-breaker.ts";
import type { Endpoint } from "./endpoint.ts";
import type { RequestBody } from "./request-body.ts";
import type { Upstream } from "./upstream.ts";

type Controller = Dispatcher.DispatchController;
export type Raw = readonly (Buffer | string)[];

/** Whom an attempt tells how it goes, until it is over. */
export type Listener = {
  informed(status: number, rawHeaders: Raw): void;
  answered(status: number, rawHeaders: Raw, phrase: string | undefined): void;
  upgraded(attempt: Attempt, socket: Socket, rawHeaders: Raw): void;
  received(attempt: Attempt, chunk: Buffer): void;
  ended(attempt: Attempt, rawTrailers: Raw): void;
  failed(attempt: Attempt, error: Error): void;
};

/** What it tells about the endpoint: nothing, when the client left or was at fault. */
export type Verdict = "good" | "bad" | "unknown";

/**
 * One call at one endpoint. Each attempt is an object of its own, so that what an earlier one still
 * hears can never be taken for the later one's.
 */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly endpoint: Endpoint;
  readonly body: RequestBody | null;
  readonly #upstream: Upstream;
  readonly #ticket: Ticket;
  readonly #listener: Listener;
  #controller: Controller | undefined;
  #status = 0;
  #isOver = false;

  constructor(
    endpoint: Endpoint,
    ticket: Ticket,
    body: RequestBody | null,
    upstream: Upstream,
    listener: Listener,
  ) {
    this.endpoint = endpoint;
    this.body = body;
    this.#ticket = ticket;
    this.#upstream = upstream;
    this.#listener = listener;
    endpoint.active += 1;
  }

  /** A connection took the request: whether the upstream saw any of it cannot be known. */
  get wasSent(): boolean {
    return this.#controller !== undefined;
  }

  /** Counts how it went, once. Whatever comes later is not heard. */
  conclude(verdict: Verdict): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { breaker } = this.endpoint;
    this.endpoint.active -= 1;
    if (verdict === "unknown") return void breaker.abandoned(this.#ticket);
    if (verdict === "good") breaker.succeeded(this.#ticket);
    else breaker.failed(this.#ticket);
    this.#upstream.record(this.endpoint, verdict === "good" && this.#status < 500);
  }

  /** The connection is a tunnel now: as long as it is open, the endpoint is at work on it. */
  outlast(tunnel: Socket): void {
    const { breaker } = this.endpoint;
    if (breaker.state === "half-open") breaker.succeeded(this.#ticket);
    tunnel.once("close", () => this.conclude("good"));
  }

  /** Takes the request back: its connection is closed, for nobody knows what is still on it. */
  abort(reason: Error): void {
    this.#controller?.abort(reason);
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  onRequestStart(controller: Controller): void {
    if (this.#isOver) controller.abort(new Error("the exchange has ended"));
    else this.#controller = controller;
  }

  onResponseStart(controller: Controller, status: number, _?: unknown, phrase?: string): void {
    if (this.#isOver) return;
    if (status < 200) return void this.#listener.informed(status, rawOf(controller.rawHeaders));
    this.#status = status;
    // A trial that is answered has told enough: the others need not wait for its last byte.
    if (this.endpoint.breaker.state === "half-open") this.endpoint.breaker.succeeded(this.#ticket);
    this.#listener.answered(status, rawOf(controller.rawHeaders), phrase);
  }

  onRequestUpgrade(controller: Controller, status: number, _: unknown, socket: Duplex): void {
    if (this.#isOver) return void socket.destroy();
    this.#status = status;
    this.#listener.upgraded(this, socket as Socket, rawOf(controller.rawHeaders));
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (!this.#isOver) this.#listener.received(this, chunk);
  }

  onResponseEnd(controller: Controller): void {
    if (this.#isOver) return;
    this.conclude("good");
    this.#listener.ended(this, rawOf(controller.rawTrailers));
  }

  onResponseError(_controller: Controller, error: Error): void {
    if (!this.#isOver) this.#listener.failed(this, error);
  }
}

/** From HTTP/1 connections they come as a flat list. */
function rawOf(raw: Controller["rawHeaders"]): Raw {
  return Array.isArray(raw) ? raw : [];
}
