import { generateKeyPairSync, sign, verify } from "node:crypto";
import { expect, test } from "@jest/globals";
import { toDer } from "../../src/tokens/ecdsa-der.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const concatenated = { key: privateKey, dsaEncoding: "ieee-p1363" } as const;

/** r and s from the bytes of each, with zeros before them. */
function signatureOf(r: number[], s: number[]): Buffer {
  const half = (bytes: number[]) => [...Array(32 - bytes.length).fill(0), ...bytes];
  return Buffer.from([...half(r), ...half(s)]);
}

test("a signature is the same one in DER", () => {
  // Enough of them for every shape that is not rare: with and without a sign's zero byte.
  for (let count = 0; count < 200; count += 1) {
    const message = Buffer.from(`message ${count}`);
    const signature = sign("sha256", message, concatenated);
    expect(verify("sha256", message, publicKey, toDer(signature))).toBe(true);
    signature[count % 64] = (signature[count % 64] as number) ^ 1;
    expect(verify("sha256", message, publicKey, toDer(signature))).toBe(false);
  }
});

test.each([
  ["zeros before it are left out", [1], [0x7f], "3006 020101 02017f"],
  ["a high bit gets a zero before it", [0x80], [0xff, 0], "3009 02020080 020300ff00"],
  ["zero is one byte", [], [0], "3006 020100 020100"],
])("each integer is in its shortest form: %s", (_why, r, s, hex) => {
  expect(toDer(signatureOf(r, s)).toString("hex")).toBe(hex.replaceAll(" ", ""));
});

test("integers of full length fit", () => {
  const full = Array<number>(32).fill(0xff);
  const half = `022100${"ff".repeat(32)}`;
  expect(toDer(signatureOf(full, full)).toString("hex")).toBe(`3046${half}${half}`);
});

// CVE-2022-21449: r and s of zero were a good signature under every message.
test("a signature of zeros is refused", () => {
  const signature = Buffer.alloc(64);
  expect(verify("sha256", Buffer.from("message"), publicKey, toDer(signature))).toBe(false);
});
