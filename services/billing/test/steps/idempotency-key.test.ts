import { expect, test } from "@jest/globals";
import { fingerprint, readIdempotencyKey } from "../../src/steps/idempotency-key.ts";

const key = "8e03978e-40d5-43e8";

test("a key may be quoted, as the draft has it, or bare", () => {
  expect(readIdempotencyKey(`"${key}"`)).toBe(key);
  expect(readIdempotencyKey(key)).toBe(key);
});

test.each([
  ["", "idempotency_key_missing"],
  ["short", "idempotency_key_malformed"],
  ["x".repeat(65), "idempotency_key_malformed"],
  [`"${key}`, "idempotency_key_malformed"],
  [`${key}, ${key}`, "idempotency_key_malformed"],
  [`${key};a=1`, "idempotency_key_malformed"],
  ["no spaces in a key", "idempotency_key_malformed"],
])("%p is refused as %s", (header, code) => {
  expect(() => readIdempotencyKey(header)).toThrow(expect.objectContaining({ code }));
});

test("requests are the same when method, path and meaning are", () => {
  const print = fingerprint("POST", "/v1/x", { a: 1, b: 2n });

  expect(fingerprint("POST", "/v1/x", { b: 2n, a: 1 })).toBe(print);
  expect(fingerprint("POST", "/v1/y", { a: 1, b: 2n })).not.toBe(print);
  expect(fingerprint("POST", "/v1/x", { a: 1, b: 3n })).not.toBe(print);
});
