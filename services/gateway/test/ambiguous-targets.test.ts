import { describe, expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";

const refused: [why: string, target: string, code: string][] = [
  // Envoy (CVE-2019-9901), Oathkeeper (GHSA-p224-6x5r-fjpm) and heimdall (CVE-2026-42274) matched
  // /public/../admin against the public rule, and the service behind took it for /admin.
  ["a parent segment (CVE-2019-9901)", "/open/../billing/x", "target_ambiguous"],
  ["a parent of the whole (GHSA-p224-6x5r-fjpm)", "/open/x/../../billing/x", "target_ambiguous"],
  ["a parent segment at the end", "/open/..", "target_ambiguous"],
  ["a dot segment", "/open/./x", "target_ambiguous"],
  ["encoded dots (CVE-2026-42274)", "/open/%2e%2e/billing/x", "target_ambiguous"],
  ["half an encoded parent", "/open/.%2e/billing/x", "target_ambiguous"],
  ["a slash in an octet", "/open/..%2fbilling", "target_ambiguous"],
  ["a slash in an octet, upper case", "/open/a%2Fb", "target_ambiguous"],
  ["a backslash", "/open\\..\\billing", "target_ambiguous"],
  ["an encoded backslash", "/open/%5c..", "target_ambiguous"],
  ["an encoded NUL", "/open/x%00.png", "target_ambiguous"],
  ["an encoded line break", "/open/x%0d%0aSet-Cookie:a=b", "target_ambiguous"],
  ["a doubly encoded dot", "/open/%252e%252e/billing", "target_ambiguous"],
  ["a path parameter", "/open;a=b/x", "target_ambiguous"],
  ["a parameter that hides a parent", "/open/..;/billing", "target_ambiguous"],
  ["an encoded semicolon", "/open/%3b", "target_ambiguous"],
  ["an empty segment", "/open//x", "target_ambiguous"],
  ["an empty first segment", "//billing/x", "target_ambiguous"],
  ["an encoded letter", "/%62illing/x", "target_ambiguous"],
  ["a percent sign alone", "/open/%", "target_ambiguous"],
  ["a broken octet", "/open/%zz", "target_ambiguous"],
  [
    "dots that hide in a stripped prefix (CVE-2026-48020)",
    "/open%2e%2e/billing",
    "target_ambiguous",
  ],
  ["dots in an overlong form", "/open/%c0%ae%c0%ae/billing", "target_ambiguous"],
  ["a slash in an overlong form", "/open/..%e0%80%af", "target_ambiguous"],
  ["an octet that is no UTF-8", "/open/%ff", "target_ambiguous"],
  ["full-width dots", "/open/%EF%BC%8E%EF%BC%8E/billing", "target_ambiguous"],
  ["dots before a space", "/open/..%20/billing", "target_ambiguous"],
  ["dots around what is not seen", "/open/.%E2%80%8B./billing", "target_ambiguous"],
  ["dot leaders", "/open/%E2%80%A4%E2%80%A4/billing", "target_ambiguous"],
  ["a full-width slash", "/open/..%EF%BC%8Fbilling", "target_ambiguous"],
  ["a full-width semicolon", "/open/..%EF%BC%9B/billing", "target_ambiguous"],
  ["a sign that folds to a/c", "/open/%E2%84%80", "target_ambiguous"],
  ["a control character beyond ASCII", "/open/%C2%85", "target_ambiguous"],
  ["an encoding of Microsoft's", "/open/%u002e%u002e/billing", "target_ambiguous"],
  ["a tab", "/open/\t/x", "target_ambiguous"],
  ["brackets", "/open/[x]", "target_ambiguous"],
  ["an overlong UTF-8 byte, raw", "/open/\xc0\xae", "target_ambiguous"],
  ["a fragment", "/open/x#/billing", "target_ambiguous"],
  ["a fragment in the query", "/open/x?a#b", "target_not_accepted"],
  ["a fragment at the end (CVE-2021-32779)", "/open#", "target_ambiguous"],
  ["a backslash in the query", "/open/x?a\\b", "target_not_accepted"],
  ["a broken octet in the query", "/open/x?a=%2", "target_not_accepted"],
  ["a quote in the query", '/open/x?a="b"', "target_not_accepted"],
  ["the absolute form", "http://localhost/billing/x", "target_not_accepted"],
  ["the asterisk form", "*", "target_not_accepted"],
  ["a target of 9,000 characters", `/open/${"x".repeat(9_000)}`, "target_not_accepted"],
];

describe("a target that could be read in two ways is refused before matching:", () => {
  test.each(refused)("%s", async (_why, target, code) => {
    await using gateway = await startFixture();

    const answer = await gateway.raw(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);

    expect(answer.status).toBe(400);
    if (answer.body !== "")
      expect(["request_malformed", code]).toContain(JSON.parse(answer.body).code);
    expect(gateway.upstream.requests).toEqual([]);
  });
});

describe("a plain target reaches the upstream byte for byte:", () => {
  const accepted = [
    "/open",
    "/open/",
    "/open/a.b~c_d-e",
    "/open/...",
    "/open/caf%C3%A9",
    "/open/a%20b",
    "/open/100%25",
    "/open/a@b:c,d=e&f$g!h'(i)*+",
    "/open/x?a=1&b=%2F..%2F&c=d;e",
    "/open/x?",
    "/open/x??a?b",
    "/open/x?page[size]=10&filter={a|b}",
    "/open/x?next=//evil/%2e%2e/%00",
    "/open/%E4%BB%B7%E6%A0%BC/%F0%9F%92%B6",
    "/open/%e2%80%a6",
  ];

  test.each(accepted)("%s", async (target) => {
    await using gateway = await startFixture();

    const answer = await gateway.raw(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);

    expect(answer.status).toBe(200);
    expect(gateway.upstream.requests.map((each) => each.url)).toEqual([target]);
  });
});

describe("what no route names is not there:", () => {
  const unknown = [
    "/",
    "/Open",
    "/OPEN/x",
    "/opening",
    "/billings",
    "/ope",
    "/internal/revocations",
  ];

  test.each(unknown)("%s", async (target) => {
    await using gateway = await startFixture();

    const response = await gateway.send(target, {});

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "route_unknown" });
    expect(gateway.upstream.requests).toEqual([]);
  });
});

describe("methods that no route can have:", () => {
  test.each([
    ["TRACE", "TRACE /open HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["CONNECT", "CONNECT billing:8080 HTTP/1.1\r\nHost: billing:8080\r\n\r\n"],
    ["PROPFIND", "PROPFIND /open HTTP/1.1\r\nHost: a\r\n\r\n"],
  ])("%s is answered 405", async (_method, request) => {
    await using gateway = await startFixture();

    const answer = await gateway.raw(request);

    expect(answer.status).toBe(405);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "method_not_allowed" });
    expect(gateway.upstream.requests).toEqual([]);
  });
});
