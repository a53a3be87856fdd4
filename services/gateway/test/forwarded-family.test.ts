import { describe, expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";

/** A gateway whose only peer, this test, is or is not among the configured proxies. */
const behind = (trusted: string, more = "") =>
  startFixture({
    routes: (_issuer, upstream) => `
trusted_proxies: ${trusted}
${more}
routes:
  - { path: /open, upstream: "${upstream}", access: public }
  - { path: /stripped, strip_prefix: true, upstream: "${upstream}", access: public }
`,
  });

type Fixture = Awaited<ReturnType<typeof behind>>;

const family = {
  "X-Forwarded-For": "6.6.6.6",
  "X-Forwarded-Host": "evil.example",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Port": "6443",
  "X-Forwarded-Server": "evil.example",
  "X-Forwarded-Prefix": "/evil",
  "X-Forwarded-Uri": "/open/evil",
  "X-Forwarded-Method": "EVIL",
  "X-Forwarded-Scheme": "https",
  "X-Forwarded-Ssl": "on",
  "X-Forwarded-User": "evil",
  "X-Forwarded-Client-Cert": "evil",
  "X-Forwarded-Tls-Client-Cert": "evil",
  Forwarded: "for=6.6.6.6;host=evil.example;proto=https",
  "X-Real-IP": "6.6.6.6",
  "X-Client-IP": "6.6.6.6",
  "X-Cluster-Client-IP": "6.6.6.6",
  "True-Client-IP": "6.6.6.6",
  "CF-Connecting-IP": "6.6.6.6",
  "X-Original-URL": "/evil",
  "X-Original-URI": "/evil",
  "X-Original-Host": "evil.example",
  "X-Rewrite-URL": "/evil",
  "X-Envoy-Original-Path": "/evil",
  "X-Envoy-External-Address": "6.6.6.6",
  "X-Replaced-Path": "/evil",
  "X-Host": "evil.example",
  "X-HTTP-Method-Override": "EVIL",
  "Front-End-Https": "on",
  Proxy: "http://evil.example",
};

async function received(gateway: Fixture, headers: Record<string, string>, path = "/open/x") {
  const response = await gateway.send(path, { headers });
  expect(response.status).toBe(200);
  const [request] = gateway.upstream.requests.splice(0);
  if (request === undefined) throw new Error("the upstream got nothing");
  return {
    all: request.rawHeaders.join("\n"),
    for: request.header("x-forwarded-for"),
    host: request.header("x-forwarded-host"),
    proto: request.header("x-forwarded-proto"),
    prefix: request.header("x-forwarded-prefix"),
    forwarded: request.header("forwarded"),
    url: request.url,
  };
}

describe("a client that is no configured proxy is believed in nothing about itself:", () => {
  // Fastify believed X-Forwarded-Host and -Proto of anybody once some proxy was configured
  // (CVE-2026-3635), and still did where proxies were counted and not named (CVE-2026-16732).
  // Oathkeeper matched its rules by X-Forwarded-Proto, though told to trust none (GHSA-vhr5-ggp3-qq85).
  test.each([
    ["no proxy", "[]"],
    ["another proxy", "[10.0.0.0/8, 192.0.2.1]"],
  ])(
    "with %s configured (CVE-2026-3635, CVE-2026-16732, GHSA-vhr5-ggp3-qq85)",
    async (_which, trusted) => {
      await using gateway = await behind(trusted);
      const own = new URL(gateway.url).host;

      const request = await received(gateway, family);

      expect(request.for).toBe("127.0.0.1");
      expect(request.host).toBe(own);
      expect(request.proto).toBe("http");
      expect(request.forwarded).toBe(`for=127.0.0.1;host="${own}";proto=http`);
      expect(request.all).not.toMatch(/6\.6\.6\.6|6443|evil/i);
    },
  );

  test("no member of the family was forgotten: prefix (CVE-2026-35051), port (CVE-2026-54764)", async () => {
    await using gateway = await behind("[]");

    const request = await received(gateway, family, "/stripped/x");

    expect(request.prefix).toBe("/stripped");
    expect(request.all).not.toMatch(/x-forwarded-port|x-forwarded-server|x-forwarded-user/i);
  });

  // oauth2-proxy asked X-Forwarded-Uri which rule to skip (CVE-2026-40575); Envoy let the client say
  // what jwt_authn matched, in x-envoy-original-path (CVE-2023-27487).
  test.each(["X-Forwarded-Uri", "X-Original-URL", "X-Envoy-Original-Path", "X-Rewrite-URL"])(
    "%s does not choose the rule (CVE-2026-40575, CVE-2023-27487)",
    async (name) => {
      await using gateway = await startFixture();

      const response = await gateway.send("/billing/v1/invoices", { headers: { [name]: "/open" } });

      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: "token_missing" });
      expect(gateway.upstream.requests).toEqual([]);
    },
  );
});

describe("a configured proxy is believed, and what it was told by a stranger is not:", () => {
  const cases: [why: string, said: string, chain: string][] = [
    ["one proxy", "203.0.113.9", "203.0.113.9, 127.0.0.1"],
    ["a chain of proxies", "203.0.113.9, 10.1.2.3", "203.0.113.9, 10.1.2.3, 127.0.0.1"],
    ["a client that forged an entry", "6.6.6.6, 203.0.113.9", "203.0.113.9, 127.0.0.1"],
    [
      "a client that named a proxy",
      "10.9.9.9, 203.0.113.9, 10.1.2.3",
      "203.0.113.9, 10.1.2.3, 127.0.0.1",
    ],
    ["a client within the proxies' range", "10.9.9.9, 10.1.2.3", "10.9.9.9, 10.1.2.3, 127.0.0.1"],
    ["an entry that is no address", "203.0.113.9, unknown, 10.1.2.3", "10.1.2.3, 127.0.0.1"],
    ["an entry with a script in it", "<script>", "127.0.0.1"],
    ["an address written in octal", "0177.0.0.1", "127.0.0.1"],
    ["an address with a port", "203.0.113.9:4711", "203.0.113.9, 127.0.0.1"],
    ["IPv6", "2001:DB8::9", "2001:db8::9, 127.0.0.1"],
    ["IPv6 with a port", "[2001:db8::9]:4711", "2001:db8::9, 127.0.0.1"],
    ["IPv4 within IPv6", "::ffff:203.0.113.9", "203.0.113.9, 127.0.0.1"],
    ["an empty header", "", "127.0.0.1"],
  ];

  test.each(cases)("%s", async (_why, said, chain) => {
    await using gateway = await behind("[127.0.0.0/8, 10.0.0.0/8]");

    const request = await received(gateway, { "x-forwarded-for": said });

    expect(request.for).toBe(chain);
  });

  test("its host and scheme are passed on, and Forwarded tells both ends of the way", async () => {
    await using gateway = await behind("[127.0.0.1]");
    const own = new URL(gateway.url).host;

    const request = await received(gateway, {
      "x-forwarded-for": "2001:db8::9",
      "x-forwarded-host": "shop.example:8443",
      "x-forwarded-proto": "HTTPS",
    });

    expect(request.host).toBe("shop.example:8443");
    expect(request.proto).toBe("https");
    expect(request.forwarded).toBe(
      `for="[2001:db8::9]";host="shop.example:8443";proto=https, for=127.0.0.1;host="${own}";proto=http`,
    );
  });

  test.each([
    ["a user part (CVE-2026-27959)", "good.example@evil"],
    ["two hosts", "good.example, evil"],
    ["a quote", 'evil";proto=https;for="6.6.6.6'],
    ["a path", "evil/path"],
  ])("a host with %s is not passed on", async (_why, host) => {
    await using gateway = await behind("[127.0.0.1]");

    const request = await received(gateway, {
      "x-forwarded-host": host,
      "x-forwarded-proto": "javascript, https",
    });

    expect(request.host).toBe(new URL(gateway.url).host);
    expect(request.proto).toBe("http");
    expect(request.all).not.toMatch(/evil|javascript/);
  });

  test("the family that it does not speak is the client's: only the other one is believed", async () => {
    await using speaksX = await behind("[127.0.0.1]");
    await using speaksForwarded = await behind("[127.0.0.1]", "proxy_header: forwarded");
    const forged = { forwarded: "for=6.6.6.6;proto=https;host=evil" };

    const first = await received(speaksX, { ...forged, "x-forwarded-for": "203.0.113.9" });
    const second = await received(speaksForwarded, {
      "x-forwarded-for": "6.6.6.6",
      "x-forwarded-host": "evil",
      forwarded: 'For="[2001:db8::9]:4711";Proto=https;host=shop.example;by=_edge',
    });

    expect(first.for).toBe("203.0.113.9, 127.0.0.1");
    expect(first.proto).toBe("http");
    expect(second.for).toBe("2001:db8::9, 127.0.0.1");
    expect(second.proto).toBe("https");
    expect(second.host).toBe("shop.example");
    expect(first.all + second.all).not.toMatch(/6\.6\.6\.6|evil|_edge/);
  });

  test("in Forwarded, too, only the elements that proxies wrote count", async () => {
    await using gateway = await behind("[127.0.0.1, 10.0.0.0/8]", "proxy_header: forwarded");

    const request = await received(gateway, {
      forwarded:
        "for=6.6.6.6;host=evil;proto=http, for=203.0.113.9;host=shop.example;proto=https, for=10.1.2.3",
    });

    expect(request.for).toBe("203.0.113.9, 10.1.2.3, 127.0.0.1");
    expect(request.host).toBe("shop.example");
    expect(request.proto).toBe("https");
  });
});
