import { generateKeyPairSync, sign, verify } from "node:crypto";
import { expect, test } from "@jest/globals";
import { fromDer, toDer } from "../../src/tokens/ecdsa-der.ts";

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

test("what OpenSSL signs is a signature of JWS once it is out of its DER", () => {
  for (let count = 0; count < 200; count += 1) {
    const message = Buffer.from(`message ${count}`);
    const signature = fromDer(sign("sha256", message, privateKey));
    const expected = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
    expect(verify("sha256", message, expected, signature)).toBe(true);
  }
});

test.each([
  ["zeros before it are left out", [1], [0x7f], "3006 020101 02017f"],
  ["a high bit gets a zero before it", [0x80], [0xff, 0], "3009 02020080 020300ff00"],
  ["zero is one byte", [], [0], "3006 020100 020100"],
])("each integer is in its shortest form: %s", (_why, r, s, hex) => {
  const der = toDer(signatureOf(r, s));
  expect(der.toString("hex")).toBe(hex.replaceAll(" ", ""));
  expect(fromDer(der)).toEqual(signatureOf(r, s));
});

test("integers of full length fit", () => {
  const full = Array<number>(32).fill(0xff);
  const half = `022100${"ff".repeat(32)}`;
  const der = toDer(signatureOf(full, full));
  expect(der.toString("hex")).toBe(`3046${half}${half}`);
  expect(fromDer(der)).toEqual(signatureOf(full, full));
});

// CVE-2022-21449: r and s of zero were a good signature under every message.
test("a signature of zeros is refused", () => {
  const signature = Buffer.alloc(64);
  expect(verify("sha256", Buffer.from("message"), publicKey, toDer(signature))).toBe(false);
});
