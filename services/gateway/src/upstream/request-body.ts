import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { problem } from "../problems.ts";

/**
 * A request's body on its way to the upstream. It stands between the two so that an upstream that
 * fails ends this stream and not the client's connection, which is still owed an answer.
 */
export class RequestBody extends Readable {
  readonly #source: IncomingMessage;
  readonly #limit: number;
  #received = 0;
  #isOpen = false;

  constructor(source: IncomingMessage, limit: number) {
    super({ highWaterMark: 65_536 });
    this.#source = source;
    this.#limit = limit;
  }

  /** Nothing was taken from the client yet: another attempt can still send it all. */
  get isUntouched(): boolean {
    return !this.#isOpen;
  }

  readonly #take = (chunk: Buffer): void => {
    this.#received += chunk.length;
    if (this.#received > this.#limit) this.destroy(problem("body_too_large"));
    else if (!this.push(chunk)) this.#source.pause();
  };

  readonly #end = (): void => {
    this.push(null);
  };

  readonly #leave = (): void => {
    if (!this.#source.complete) this.destroy(new Error("the client left in mid-request"));
  };

  override _read(): void {
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#source.on("data", this.#take).once("end", this.#end).once("close", this.#leave);
    }
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source.off("data", this.#take).off("end", this.#end).off("close", this.#leave);
    done(error);
  }
}

/** Does a body follow these headers? Framing was checked before. */
export function hasBody({ headers }: IncomingMessage): boolean {
  if (headers["transfer-encoding"] !== undefined) return true;
  const length = headers["content-length"];
  return length !== undefined && Number(length) > 0;
}
