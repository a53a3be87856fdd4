import { describe, expect, test } from "@jest/globals";
import { closeFrame, createFrames } from "../../src/upgrade/frames.ts";

const frame = (length: number, { opcode = 2, isMasked = false } = {}) => {
  const size = length < 126 ? [length] : length < 65_536 ? [126] : [127];
  const header = Buffer.from([0x80 | opcode, (size[0] as number) | (isMasked ? 128 : 0)]);
  const extended = Buffer.alloc(length < 126 ? 0 : length < 65_536 ? 2 : 8);
  if (extended.length === 2) extended.writeUInt16BE(length);
  if (extended.length === 8) extended.writeBigUInt64BE(BigInt(length));
  return Buffer.concat([
    header,
    extended,
    Buffer.alloc(isMasked ? 4 : 0),
    Buffer.alloc(length, 0x88),
  ]);
};

describe("a frame ends where its length says, and another can be put in there alone:", () => {
  const sizes = [0, 1, 125, 126, 127, 65_535, 65_536];

  test.each(
    sizes.flatMap((length) => [
      { length, isMasked: false },
      { length, isMasked: true },
    ]),
  )("$length bytes, masked: $isMasked", ({ length, isMasked }) => {
    const frames = createFrames();
    const bytes = frame(length, { isMasked });

    const ends: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      frames.follow(bytes.subarray(at, at + 1));
      if (frames.takesAnother) ends.push(at + 1);
    }

    expect(ends).toEqual([bytes.length]);
  });

  test("many in one chunk", () => {
    const frames = createFrames();

    frames.follow(Buffer.concat([...sizes.map((size) => frame(size)), frame(10).subarray(0, -1)]));
    const before = frames.takesAnother;
    frames.follow(Buffer.from([0]));

    expect([before, frames.takesAnother, frames.isClosed]).toEqual([false, true, false]);
  });

  test("one that promises more than there can be", () => {
    const frames = createFrames();

    frames.follow(Buffer.concat([Buffer.from([0x82, 127]), Buffer.alloc(8, 0xff)]));
    frames.follow(Buffer.alloc(100_000));

    expect(frames.takesAnother).toBe(false);
  });
});

test("behind a Close nothing can be put in", () => {
  const frames = createFrames();

  frames.follow(frame(2, { opcode: 8, isMasked: true }));

  expect([frames.takesAnother, frames.isClosed]).toEqual([false, true]);
});

test("a Close for a client is not masked, and says its code and reason", () => {
  const bytes = closeFrame(1008, "no", false);

  expect([...bytes]).toEqual([0x88, 4, 0x03, 0xf0, 0x6e, 0x6f]);
});

test("a Close for a server is masked, each time anew", () => {
  const [one, two] = [closeFrame(1001, "bye", true), closeFrame(1001, "bye", true)];

  const mask = one.subarray(2, 6);
  const payload = one.subarray(6).map((byte, index) => byte ^ (mask[index % 4] as number));
  expect([...one.subarray(0, 2)]).toEqual([0x88, 0x85]);
  expect([...payload]).toEqual([0x03, 0xe9, ...Buffer.from("bye")]);
  expect(one.equals(two)).toBe(false);
});
