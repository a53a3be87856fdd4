import { randomBytes } from "node:crypto";

/** Follows one direction of a WebSocket from frame to frame (RFC 6455 section 5.2), reading no payload. */
export type Frames = {
  follow(chunk: Buffer): void;
  /** Between two frames, and none of them was a Close: another can be put in here. */
  readonly takesAnother: boolean;
  /** A Close went by: nothing may follow it. */
  readonly isClosed: boolean;
};

const closeOpcode = 8;

export function createFrames(): Frames {
  const header = Buffer.alloc(14);
  let known = 0;
  let payload = 0;
  let isClosed = false;

  /** Takes one byte of a header; the last one says how many bytes of payload follow. */
  function read(byte: number): void {
    header[known] = byte;
    known += 1;
    if (known < headerLength(header, known)) return;
    payload = payloadLength(header);
    isClosed ||= ((header[0] as number) & 15) === closeOpcode;
    known = 0;
  }

  return {
    get isClosed() {
      return isClosed;
    },
    get takesAnother() {
      return known === 0 && payload === 0 && !isClosed;
    },
    follow(chunk) {
      let at = 0;
      while (at < chunk.length) {
        if (payload > 0) {
          const step = Math.min(payload, chunk.length - at);
          payload -= step;
          at += step;
        } else {
          read(chunk[at] as number);
          at += 1;
        }
      }
    },
  };
}

function headerLength(header: Buffer, known: number): number {
  if (known < 2) return 2;
  const second = header[1] as number;
  const length = second & 127;
  const extended = length === 127 ? 8 : length === 126 ? 2 : 0;
  return 2 + extended + (second & 128 ? 4 : 0);
}

function payloadLength(header: Buffer): number {
  const length = (header[1] as number) & 127;
  if (length === 127) return header.readUInt32BE(2) * 2 ** 32 + header.readUInt32BE(6);
  return length === 126 ? header.readUInt16BE(2) : length;
}

/** A Close frame. What goes to a server must be masked (section 5.3), what goes to a client must not. */
export function closeFrame(code: number, reason: string, isMasked: boolean): Buffer {
  const payload = Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);
  if (!isMasked) return Buffer.concat([Buffer.from([0x88, payload.length]), payload]);
  const mask = randomBytes(4);
  for (const [index, byte] of payload.entries())
    payload[index] = byte ^ (mask[index % 4] as number);
  return Buffer.concat([Buffer.from([0x88, payload.length | 128]), mask, payload]);
}
