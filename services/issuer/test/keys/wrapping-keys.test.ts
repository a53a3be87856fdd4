import { expect, test } from "@jest/globals";
import {
  parseWrappingKeys,
  unwrap,
  WrappingKeyMissing,
  wrap,
} from "../../src/keys/wrapping-keys.ts";
import { newKey } from "../support/issuer-settings.ts";

const keysOf = (...lines: string[]) => parseWrappingKeys("ISSUER_WRAPPING_KEY_FILE", lines);
const secret = Buffer.from("a private key");

test("what was wrapped opens again, and never looks the same twice", () => {
  const keys = keysOf(newKey());
  const first = wrap(keys, "kid-1", secret);
  const second = wrap(keys, "kid-1", secret);
  expect(unwrap(keys, "kid-1", first)).toEqual(secret);
  expect(first.wrapped.equals(second.wrapped)).toBe(false);
  expect(first.wrapped.includes(secret)).toBe(false);
});

test("the first key of the list wraps, and all of them unwrap", () => {
  const [older, newer] = [newKey(), newKey()];
  const wrapped = wrap(keysOf(older), "kid-1", secret);
  const both = keysOf(newer, older);
  expect(unwrap(both, "kid-1", wrapped)).toEqual(secret);
  expect(wrap(both, "kid-1", secret).wrappedBy).toBe(keysOf(newer)[0].id);
});

test("another installation's key opens nothing", () => {
  const wrapped = wrap(keysOf(newKey()), "kid-1", secret);
  expect(() => unwrap(keysOf(newKey()), "kid-1", wrapped)).toThrow(WrappingKeyMissing);
});

test("a wrapped key that was moved to another row or altered does not open", () => {
  const keys = keysOf(newKey());
  const { wrappedBy, wrapped } = wrap(keys, "kid-1", secret);
  expect(() => unwrap(keys, "kid-2", { wrappedBy, wrapped })).toThrow(WrappingKeyMissing);
  for (const at of [0, 12, 28]) {
    const altered = Buffer.from(wrapped);
    altered[at] = (altered[at] ?? 0) ^ 1;
    expect(() => unwrap(keys, "kid-1", { wrappedBy, wrapped: altered })).toThrow(
      WrappingKeyMissing,
    );
  }
  const cut = { wrappedBy, wrapped: wrapped.subarray(0, 8) };
  expect(() => unwrap(keys, "kid-1", cut)).toThrow(WrappingKeyMissing);
});

test.each([[[]], [["c2hvcnQ"]], [[newKey(), "x"]]])("%j are no wrapping keys", (lines) => {
  expect(() => keysOf(...lines)).toThrow("one base64url key of 32 bytes a line");
});
