import { expect, test } from "@jest/globals";
import { addressBlock } from "../../src/http/address-block.ts";

test.each(["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:192.0.2.1", "::ffff:c000:201"])(
  "%s is one IPv4 address, however it is written",
  (address) => {
    expect(addressBlock(address)).toBe("192.0.2.1");
  },
);

test("the addresses of one IPv6 network are one source, and those of the next are another", () => {
  const source = addressBlock("2001:db8:0:1::1");
  expect(addressBlock("2001:db8:0:1:ffff::2")).toBe(source);
  expect(addressBlock("2001:db8:0:2::1")).not.toBe(source);
});

test.each([undefined, "", "unknown", "::ffff:not-an-address", "192.0.2.256"])(
  "what is no address (%s) is a source of its own",
  (address) => {
    expect(addressBlock(address)).toBe("");
  },
);

test.each([
  ["10.0.0.1", "10.0.0.1"],
  ["::ffff:10.0.0.1", "10.0.0.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  [undefined, ""],
  ["not an address", ""],
])("%s is of %s", (address, block) => {
  expect(addressBlock(address)).toBe(block);
});
