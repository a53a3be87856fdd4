import { writeFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { createLocalLimits } from "../src/limits/local-limits.ts";
import type { Policy } from "../src/routes/policy.ts";
import { limitRate } from "../src/steps/limit-rate.ts";
import { startFixture } from "./support/gateway.ts";
import { startRelay } from "./support/relay.ts";
import { recordingUpstream } from "./support/upstream.ts";

const open = (upstream: string, rate: string, more = "") =>
  `${more}\nroutes:\n  - { path: /open, upstream: "${upstream}", access: public, limits: { rate: ${rate} } }\n`;

const statuses = async (responses: Iterable<Promise<Response>>) =>
  (await Promise.all(responses)).map(({ status }) => status);

test("what is left and when there is more is told as draft-ietf-httpapi-ratelimit-headers-10 says", async () => {
  await using gateway = await startFixture({
    routes: (_issuer, upstream) => open(upstream, "{ requests: 2, per: 1h, key: address }"),
  });

  const first = await gateway.send("/open", {});
  await gateway.send("/open", {});
  const refused = await gateway.send("/open", {});

  expect(first.headers.get("ratelimit-policy")).toBe('"default";q=2;w=3600');
  expect(first.headers.get("ratelimit")).toBe('"default";r=1;t=1800');
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ code: "rate_exceeded" });
  const retryAfter = refused.headers.get("retry-after");
  expect(refused.headers.get("ratelimit")).toBe(`"default";r=0;t=${retryAfter}`);
  expect(Number(retryAfter)).toBeGreaterThan(1_790);
  expect(gateway.upstream.requests).toHaveLength(2);
});

// Half an hour ahead a number needs one bit more, and loses one behind the point.
const roundingClock = () => 2 ** 27 - 900_000 + performance.now();

test("the fractions of a clock never make another second", async () => {
  let caller = 0;
  const policy = { clientAddress: () => `192.0.2.${caller}` } as Partial<Policy> as Policy;
  const limits = createLocalLimits(roundingClock);
  await using upstream = await recordingUpstream();
  await using relay = await startRelay({
    route: [`upstream: "${upstream.url}"`, "limits: { rate: { requests: 2, per: 1h } }"],
    before: limitRate(limits, () => policy),
  });
  const told = new Set<string | null>();

  for (caller = 1; caller <= 200; caller += 1) {
    told.add((await relay.fetch()).headers.get("ratelimit"));
  }

  expect([...told]).toEqual(['"default";r=1;t=1800']);
});

test("a window of broken seconds is not told wrongly", async () => {
  await using gateway = await startFixture({
    routes: (_issuer, upstream) => open(upstream, "{ requests: 5, per: 500ms, key: address }"),
  });

  const response = await gateway.send("/open", {});

  expect(response.headers.get("ratelimit-policy")).toBe('"default";q=5');
});

test("an upstream's own RateLimit headers do not stand beside the gateway's", async () => {
  await using upstream = await recordingUpstream((_req, res) =>
    res.setHeader("RateLimit", '"theirs";r=9').setHeader("RateLimit-Policy", "x").end(),
  );
  await using gateway = await startFixture({
    upstream,
    routes: (_issuer, url) => open(url, "{ requests: 5, per: 1h, key: address }"),
  });

  const response = await gateway.send("/open", {});

  expect(response.headers.get("ratelimit")).toMatch(/^"default";r=4;t=\d+$/);
});

test("a stranger cannot choose the address that it is counted under (CVE-2026-3635)", async () => {
  await using gateway = await startFixture({
    routes: (_issuer, upstream) => open(upstream, "{ requests: 2, per: 1h, key: address }"),
  });
  const from = (address: string) =>
    gateway.send("/open", {
      headers: { "x-forwarded-for": address, forwarded: `for=${address}`, "x-real-ip": address },
    });

  const answers = await statuses(["1.1.1.1", "2.2.2.2", "3.3.3.3"].map(from));

  expect(answers.sort()).toEqual([200, 200, 429]);
  const line = gateway.lines.find((each) => each.reason === "rate_exceeded");
  expect(line?.client_address).toBe("127.0.0.1");
});

test("behind a trusted proxy everyone is counted alone, by the hop that the proxy saw", async () => {
  await using gateway = await startFixture({
    routes: (_issuer, upstream) =>
      open(
        upstream,
        "{ requests: 1, per: 1h, key: address }",
        "trusted_proxies: [127.0.0.0/8, 10.0.0.0/8]",
      ),
  });
  const via = (hops: string) => gateway.send("/open", { headers: { "x-forwarded-for": hops } });

  expect((await via("203.0.113.7")).status).toBe(200);
  expect((await via("198.51.100.9, 203.0.113.8, 10.1.1.1")).status).toBe(200);
  expect((await via("1.1.1.1, 203.0.113.7")).status).toBe(429);
  expect((await via("9.9.9.9, 203.0.113.8")).status).toBe(429);
  expect((await via("203.0.113.9, nonsense")).status).toBe(200);
  const line = gateway.lines.findLast((each) => each.reason === "rate_exceeded");
  expect(line?.client_address).toBe("203.0.113.8");
});

test("a host with a whole network of IPv6 addresses is one host", async () => {
  await using gateway = await startFixture({
    routes: (_issuer, upstream) =>
      open(upstream, "{ requests: 1, per: 1h, key: address }", "trusted_proxies: [127.0.0.1]"),
  });
  const via = async (address: string) =>
    (await gateway.send("/open", { headers: { "x-forwarded-for": address } })).status;

  expect(await via("2001:db8:1:2:aaaa::1")).toBe(200);
  expect(await via("2001:db8:1:2:bbbb:cc:d:e")).toBe(429);
  expect(await via("2001:db8:1:3::1")).toBe(200);
});

test("reading the file again gives nobody a new quota, a changed rate does", async () => {
  const rate = "{ requests: 1, per: 1h, key: address }";
  await using gateway = await startFixture({
    routes: (_issuer, upstream) => open(upstream, rate),
  });
  const { url } = gateway.upstream;
  await gateway.send("/open", {});

  await writeFile(gateway.file, open(url, rate, "trusted_proxies: [192.0.2.1]"));
  gateway.reload();
  const same = await gateway.send("/open", {});
  await writeFile(gateway.file, open(url, "{ requests: 2, per: 1h, key: address }"));
  gateway.reload();
  const changed = await gateway.send("/open", {});

  expect(same.status).toBe(429);
  expect(changed.status).toBe(200);
});
