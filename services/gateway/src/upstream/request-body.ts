import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { problem } from "../problems.ts";

/** The body ended before its end. */
export class ClientLeft extends Error {
  override readonly name = "ClientLeft";
}

/**
 * A request's body on its way to the upstream. It stands between the two so that an upstream that
 * fails ends this stream and not the client's connection, which is still owed an answer.
 */
export class RequestBody extends Readable {
  readonly #source: IncomingMessage;
  readonly #limit: number;
  readonly #onWanted: (() => void) | undefined;
  #received = 0;
  #isOpen = false;
  /** Who has to move next: the client by sending, or the upstream by taking. */
  waitsFor: "client" | "upstream" | "nobody" = "nobody";
  /** When either last did; milliseconds of the monotonic clock. */
  movedAt = 0;

  /** `onWanted` is called once a connection is there to take the body. */
  constructor(source: IncomingMessage, limit: number, onWanted?: () => void) {
    super({ highWaterMark: 65_536 });
    this.#source = source;
    this.#limit = limit;
    this.#onWanted = onWanted;
  }

  /** Nothing was taken from the client yet: another attempt can still send it all. */
  get isUntouched(): boolean {
    return !this.#isOpen;
  }

  /** What came behind the body, once all of it was read: names and values in turn. */
  get rawTrailers(): readonly string[] {
    return this.#source.rawTrailers;
  }

  readonly #take = (chunk: Buffer): void => {
    this.#received += chunk.length;
    this.movedAt = performance.now();
    if (this.#received > this.#limit) {
      this.destroy(problem("body_too_large"));
    } else if (!this.push(chunk)) {
      this.waitsFor = "upstream";
      this.#source.pause();
    }
  };

  readonly #end = (): void => {
    this.waitsFor = "nobody";
    this.push(null);
  };

  readonly #leave = (): void => {
    if (!this.#source.complete) this.destroy(new ClientLeft());
  };

  override _read(): void {
    this.movedAt = performance.now();
    this.waitsFor = "client";
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#onWanted?.();
      this.#source.on("data", this.#take).once("end", this.#end).once("close", this.#leave);
    }
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.waitsFor = "nobody";
    this.#source.off("data", this.#take).off("end", this.#end).off("close", this.#leave);
    done(error);
  }
}
