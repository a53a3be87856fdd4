import type { GatewayContext } from "../context.ts";
import { endTogether } from "../http/end-together.ts";
import { forwardedReason } from "./headers.ts";
import { readResponseHead } from "./response-head.ts";
import { announcedTrailers, forwardedTrailers } from "./trailers.ts";

type Raw = readonly (Buffer | string)[];
type Source = { pause(): void; resume(): void };

/** The client's side of an exchange: writes the answer as it comes and as fast as it is taken. */
export class Answer {
  readonly #ctx: GatewayContext;
  #left = Number.NaN;
  isBegun = false;
  /** The client has more than it took so far, and the upstream was told to wait. */
  isFull = false;
  /** When it last got on; milliseconds of the monotonic clock. */
  movedAt = 0;

  constructor(ctx: GatewayContext) {
    this.#ctx = ctx;
  }

  get saysLength(): boolean {
    return !Number.isNaN(this.#left);
  }

  /** Returns the headers that were sent. */
  begin(status: number, raw: Raw, phrase: string | undefined): readonly string[] {
    const { req, res, state } = this.#ctx;
    const head = readResponseHead(raw, req.method ?? "", status, state.route.entry);
    const { headers } = head;
    if (head.trailer !== undefined && req.httpVersionMinor > 0) {
      const names = announcedTrailers(head.trailer);
      if (names.length > 0) headers.push("trailer", names.join(", "));
    }
    headers.push(...state.ownHeaders);
    res.writeHead(status, forwardedReason(phrase), headers);
    this.movedAt = performance.now();
    this.#left = head.length;
    this.isBegun = true;
    return headers;
  }

  /** Passes a chunk on; true when it was the last. It then went out with the end, in one write. */
  write(chunk: Buffer, source: Source): boolean {
    const { res } = this.#ctx;
    this.movedAt = performance.now();
    this.#left -= chunk.length;
    if (this.#left === 0) {
      this.#end(chunk);
      return true;
    }
    if (!res.write(chunk) && !this.isFull) this.#waitForClient(source);
    return false;
  }

  end(rawTrailers: Raw): void {
    const { req, res } = this.#ctx;
    if (rawTrailers.length > 0 && res.chunkedEncoding && req.httpVersionMinor > 0) {
      res.addTrailers(forwardedTrailers(rawTrailers));
    }
    this.#end();
  }

  #end(rest?: Buffer): void {
    const { res, state } = this.#ctx;
    endTogether(res, rest, state.route.entry.timeouts.idle);
  }

  #waitForClient(source: Source): void {
    this.isFull = true;
    source.pause();
    this.#ctx.res.once("drain", () => {
      this.isFull = false;
      this.movedAt = performance.now();
      source.resume();
    });
  }
}
