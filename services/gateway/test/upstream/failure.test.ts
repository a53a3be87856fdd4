import { describe, expect, test } from "@jest/globals";
import { problem } from "../../src/problems.ts";
import { failureOf } from "../../src/upstream/failure.ts";

const coded = (code: string) => Object.assign(new Error(code), { code });

describe("before a connection took it", () => {
  test.each(["ECONNREFUSED", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_CLOSED", "CERT_HAS_EXPIRED"])(
    "%s means that nothing was sent: any method may go elsewhere",
    (code) => {
      expect(failureOf(coded(code), false)).toMatchObject({
        problem: { code: "upstream_unreachable", status: 502, headers: { "retry-after": "1" } },
        isUnsent: true,
        isEndpoints: true,
      });
    },
  );

  test("what undici would not send says nothing against the endpoint", () => {
    expect(failureOf(coded("UND_ERR_INVALID_ARG"), false)).toMatchObject({
      problem: { code: "request_malformed", status: 400 },
      isUnsent: false,
      isEndpoints: false,
    });
  });
});

describe("after a connection took it", () => {
  test.each(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"])("%s is a cut", (code) => {
    expect(failureOf(coded(code), true)).toMatchObject({
      problem: { code: "upstream_broken", status: 502 },
      isUnsent: false,
      isCut: true,
      isEndpoints: true,
    });
  });

  test.each(["HPE_INVALID_CONSTANT", "UND_ERR_HEADERS_OVERFLOW"])("%s is nonsense", (code) => {
    expect(failureOf(coded(code), true)).toMatchObject({
      problem: { code: "upstream_broken", status: 502 },
      isCut: false,
      isEndpoints: true,
    });
  });

  test("a body that is too large is the client's", () => {
    expect(failureOf(problem("body_too_large"), true)).toMatchObject({
      problem: { status: 413 },
      isEndpoints: false,
    });
  });
});

test("the driver's words stay in the cause", () => {
  const { problem: refusal } = failureOf(coded("ECONNREFUSED"), false);

  expect(refusal.message).not.toMatch(/ECONN/);
  expect(refusal.cause).toMatchObject({ code: "ECONNREFUSED" });
});
