import { Readable } from "node:stream";

const chunk = Buffer.alloc(65_536);

/** So many bytes, as fast as they are taken. */
export class Zeros extends Readable {
  #left: number;

  constructor(bytes: number) {
    super();
    this.#left = bytes;
  }

  override _read(): void {
    const next = this.#left < chunk.length ? chunk.subarray(0, this.#left) : chunk;
    this.#left -= next.length;
    this.push(next.length === 0 ? null : next);
  }
}
