import { expect, test } from "@jest/globals";
import { startFixture, temporaryFile } from "./support/gateway.ts";
import { recordingUpstream } from "./support/upstream.ts";

const app = "https://app.example.com";

const sharing =
  (cors: string) =>
  ({ issuer, jwksUri }: { issuer: string; jwksUri: string }, upstream: string) =>
    `
issuers:
  - { issuer: "${issuer}", jwks_uri: "${jwksUri}" }
routes:
  - { path: /plain, upstream: "${upstream}", access: public }
  - path: /billing
    upstream: "${upstream}"
    audience: https://billing.tollgate.internal
    rules: [{ methods: [GET, PUT] }]
    cors: ${cors}
`;

const preflight = (origin: string, method = "PUT") => ({
  method: "OPTIONS",
  headers: { origin, "access-control-request-method": method },
});

test("a preflight is answered without a token, and no upstream hears of it", async () => {
  await using gateway = await startFixture({
    routes: sharing(`{ origins: ["${app}"], methods: [GET, PUT], max_age: 5m, credentials: true }`),
  });

  const response = await gateway.send("/billing/x", preflight(app));

  expect(response.status).toBe(204);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "access-control-allow-origin": app,
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": "GET, PUT",
    "access-control-allow-headers": "authorization, content-type",
    "access-control-max-age": "300",
    vary: "Origin",
  });
  expect(gateway.upstream.requests).toEqual([]);
});

test("a preflight from any other origin is refused, and still varies by origin", async () => {
  await using gateway = await startFixture({ routes: sharing(`{ origins: ["${app}"] }`) });
  const strangers = [
    "https://app.example.com.evil.example",
    "https://evil.example",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://APP.example.com",
    "null",
  ];

  for (const origin of strangers) {
    const response = await gateway.send("/billing/x", preflight(origin));
    expect([origin, response.status]).toEqual([origin, 403]);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(response.headers.get("vary")).toBe("Origin");
    expect(await response.json()).toMatchObject({ code: "origin_not_allowed" });
  }
});

test("a preflight that is not asked for by name is no way past authentication", async () => {
  await using gateway = await startFixture({ routes: sharing(`{ origins: ["${app}"] }`) });

  const plain = await gateway.send("/billing/x", { method: "OPTIONS", headers: { origin: app } });
  const get = await gateway.send("/billing/x", {
    headers: { origin: app, "access-control-request-method": "GET" },
  });

  expect([plain.status, get.status]).toEqual([401, 401]);
  expect(gateway.upstream.requests).toEqual([]);
});

test("a page of an allowed origin can read refusals too, one of another cannot", async () => {
  await using gateway = await startFixture({ routes: sharing(`{ origins: ["${app}"] }`) });

  const allowed = await gateway.send("/billing/x", { headers: { origin: app } });
  const stranger = await gateway.send("/billing/x", {
    headers: { origin: "https://evil.example" },
  });

  expect([allowed.status, stranger.status]).toEqual([401, 401]);
  expect(allowed.headers.get("access-control-allow-origin")).toBe(app);
  expect(allowed.headers.get("access-control-expose-headers")).toContain("x-request-id");
  expect(stranger.headers.get("access-control-allow-origin")).toBeNull();
  expect(stranger.headers.get("vary")).toBe("Origin");
});

test("what an upstream says about origins is replaced by what the route says", async () => {
  await using upstream = await recordingUpstream((_req, res) =>
    res
      .setHeader("Access-Control-Allow-Origin", "*")
      .setHeader("Access-Control-Allow-Credentials", "true")
      .setHeader("Vary", "Accept-Encoding")
      .end("ok"),
  );
  await using gateway = await startFixture({
    upstream,
    routes: sharing(`{ origins: ["${app}"] }`),
  });

  const shared = await gateway.send("/billing/x", { claims: {}, headers: { origin: app } });
  const stranger = await gateway.send("/billing/x", {
    claims: {},
    headers: { origin: "https://evil.example" },
  });
  const untouched = await gateway.send("/plain", { headers: { origin: app } });

  expect(shared.headers.get("access-control-allow-origin")).toBe(app);
  expect(shared.headers.get("access-control-allow-credentials")).toBeNull();
  expect(shared.headers.get("vary")).toBe("Accept-Encoding, Origin");
  expect(stranger.headers.get("access-control-allow-origin")).toBeNull();
  expect(untouched.headers.get("access-control-allow-origin")).toBe("*");
});

test("every origin can be allowed, but never with credentials", async () => {
  await using parts = new AsyncDisposableStack();
  const gateway = parts.use(await startFixture({ routes: sharing('{ origins: "*" }') }));
  const file = await temporaryFile(
    parts,
    sharing('{ origins: "*", credentials: true }')(
      { issuer: "http://localhost:1", jwksUri: "http://localhost:1/jwks" },
      "http://localhost:1",
    ),
  );

  const response = await gateway.send("/billing/x", preflight("https://anyone.example"));

  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(response.headers.get("access-control-allow-credentials")).toBeNull();
  await expect(startFixture({ routesFile: file })).rejects.toThrow(/must not be true for every/);
});
