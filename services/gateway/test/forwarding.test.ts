import { expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";
import { recordingUpstream } from "./support/upstream.ts";

test("a request with a good token reaches the upstream with its prefix stripped", async () => {
  await using gateway = await startFixture();

  const response = await gateway.get("/billing/v1/invoices?limit=2&q=a%20b", { scope: "" });

  expect(response.status).toBe(200);
  expect(await response.text()).toBe("ok");
  expect(gateway.upstream.requests.map((each) => each.url)).toEqual([
    "/v1/invoices?limit=2&q=a%20b",
  ]);
  const [received] = gateway.upstream.requests;
  expect(received?.header("x-forwarded-prefix")).toBe("/billing");
  expect(received?.header("x-forwarded-for")).toBe("127.0.0.1");
  expect(received?.header("authorization")).toMatch(/^Bearer /);
  expect(received?.header("traceparent")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  expect(response.headers.get("x-request-id")).toBe(received?.header("x-request-id"));
});

test("a body is streamed to the upstream and its answer streamed back", async () => {
  await using upstream = await recordingUpstream((_req, res, body) => res.end(body));
  await using gateway = await startFixture({ upstream });
  const body = "0123456789".repeat(50_000);

  const response = await gateway.send("/billing/v1/invoices", {
    method: "POST",
    body,
    claims: { scope: "invoices:write" },
  });

  expect(response.status).toBe(200);
  expect(await response.text()).toBe(body);
});

test("an upstream that is down is a 502 problem for a POST too, and the connection lives on", async () => {
  const upstream = await recordingUpstream();
  await using gateway = await startFixture({ upstream });
  await upstream[Symbol.asyncDispose]();

  const response = await gateway.send("/billing/v1/invoices", {
    method: "POST",
    body: "x".repeat(1_000),
    claims: { scope: "invoices:write" },
  });

  expect(response.status).toBe(502);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await response.json()).toMatchObject({
    type: "/problems/upstream-unreachable",
    code: "upstream_unreachable",
    instance: "/billing/v1/invoices",
    request_id: response.headers.get("x-request-id"),
  });
});

test("a body over the route's limit is refused before the upstream hears of it", async () => {
  await using gateway = await startFixture();

  const response = await gateway.send("/open/x", { method: "POST", body: "x".repeat(1_048_577) });

  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ code: "body_too_large" });
  expect(gateway.upstream.requests).toEqual([]);
});

test("one that only says that it is larger is refused before a byte of it is there", async () => {
  await using gateway = await startFixture();

  const answer = await gateway.raw(
    "POST /open/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n",
  );

  expect(answer.status).toBe(413);
  expect(JSON.parse(answer.body)).toMatchObject({ code: "body_too_large" });
  expect(gateway.upstream.requests).toEqual([]);
});

// reply-from kept the URLs that it had made under source and destination run together, so that one
// route's answer came from another's upstream.
test("routes whose paths and upstreams run together are kept apart (GHSA-v574-6498-x57v)", async () => {
  await using one = await recordingUpstream();
  await using two = await recordingUpstream();
  await using gateway = await startFixture({
    routes: () => `
routes:
  - { path: /a, strip_prefix: true, upstream: "${one.url}", access: public }
  - { path: /a/b, strip_prefix: true, upstream: "${two.url}", access: public }
  - { path: /ab, strip_prefix: true, upstream: "${two.url}", access: public }
`,
  });

  for (const path of ["/a/bc", "/a/b/c", "/ab/c", "/a/c", "/a/b", "/a/bc?x"]) {
    await gateway.send(path, {});
  }

  expect(one.requests.map(({ url }) => url)).toEqual(["/bc", "/c", "/bc?x"]);
  expect(two.requests.map(({ url }) => url)).toEqual(["/c", "/c", "/"]);
});
