import { expect, test } from "@jest/globals";
import { sourceOf } from "../../src/tokens/source-of.ts";

test.each(["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:192.0.2.1", "::ffff:c000:201"])(
  "%s is one IPv4 address, however it is written",
  (address) => {
    expect(sourceOf(address)).toBe("192.0.2.1");
  },
);

test("the addresses of one IPv6 network are one source, and those of the next are another", () => {
  const source = sourceOf("2001:db8:0:1::1");
  expect(sourceOf("2001:db8:0:1:ffff::2")).toBe(source);
  expect(sourceOf("2001:db8:0:2::1")).not.toBe(source);
});

test.each([undefined, "", "unknown", "::ffff:not-an-address", "192.0.2.256"])(
  "what is no address (%s) is a source of its own",
  (address) => {
    expect(sourceOf(address)).toBe("");
  },
);
