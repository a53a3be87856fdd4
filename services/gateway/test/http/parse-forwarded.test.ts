import { describe, expect, test } from "@jest/globals";
import { parseForwarded } from "../../src/http/parse-forwarded.ts";

describe("RFC 7239's own examples are read:", () => {
  test.each([
    ['for="_gazonk"', [{ for: "_gazonk" }]],
    ['For="[2001:db8:cafe::17]:4711"', [{ for: "[2001:db8:cafe::17]:4711" }]],
    ["for=192.0.2.60;proto=http;by=203.0.113.43", [{ for: "192.0.2.60", proto: "http" }]],
    ["for=192.0.2.43, for=198.51.100.17", [{ for: "192.0.2.43" }, { for: "198.51.100.17" }]],
    ['for=1.1.1.1;host="a\\"b"', [{ host: 'a"b' }]],
  ])("%s", (text, elements) => {
    expect(parseForwarded(text)).toMatchObject(elements);
  });
});

describe("one fault, and all of it is unreadable:", () => {
  test.each([
    "",
    "for",
    "for=",
    "for=1.1.1.1,",
    "for=1.1.1.1;",
    "for=1.1.1.1,,for=2.2.2.2",
    'for="1.1.1.1',
    'for=1.1.1.1", for="2.2.2.2',
    "for=1.1.1.1;for=2.2.2.2",
    "for=1.1.1.1;FOR=2.2.2.2",
    "for=[::1]",
    "for = 1.1.1.1",
    "for=1.1.1.1 for=2.2.2.2",
  ])("%s", (text) => {
    expect(parseForwarded(text)).toBeUndefined();
  });
});

test("a long header of open ends is read in no time to speak of", () => {
  const begun = performance.now();

  for (const piece of ["for=a;", 'for="\\', "a=b, ", ' \t"', "for=1,"]) {
    parseForwarded(piece.repeat(16_384 / piece.length));
  }

  expect(performance.now() - begun).toBeLessThan(1_000);
});
