import { Readable } from "node:stream";
import { expect, test } from "@jest/globals";
import { readSecret } from "../../src/cli/read-secret.ts";

const input = (...chunks: string[]) => Readable.from(chunks.map((text) => Buffer.from(text)));

test.each([
  ["with a newline", ["three ducks\n"], "three ducks"],
  ["without one", ["three ducks"], "three ducks"],
  ["with Windows' newline, in pieces", ["three ", "ducks\r\n"], "three ducks"],
  ["with spaces around it, which are its own", [" three ducks \n"], " three ducks "],
  ["with more lines behind it", ["three ducks\nfour geese\n"], "three ducks"],
])("a line is read %s", async (_what, chunks, line) => {
  expect(await readSecret(input(...chunks))).toBe(line);
});

test("nothing is no secret, and a terminal is not asked", async () => {
  await expect(readSecret(input("\n"))).rejects.toThrow("nothing");
  const terminal = Object.assign(input("three ducks\n"), { isTTY: true });
  await expect(readSecret(terminal)).rejects.toThrow("pipe it in");
});
