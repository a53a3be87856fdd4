import { describe, expect, test } from "@jest/globals";
import type { JWTPayload } from "jose";
import { billing, startFixture } from "./support/gateway.ts";

const withIdentity = (more = "") =>
  startFixture({
    routes: (issuer, upstream) => `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}" }
routes:
  - path: /billing
    upstream: "${upstream}"
    audience: ${billing}
    rules: [{ methods: [GET] }]
    identity:
      X-User-Id: sub
      X-Client-Id: client_id
      X-Tenant: tenant
      X-Scope: scope
      X-Roles: roles
      X-User-Proto: __proto__
    ${more}
`,
  });

const received = async (
  gateway: Awaited<ReturnType<typeof withIdentity>>,
  claims: JWTPayload,
  headers: Record<string, string> = {},
) => {
  const response = await gateway.send("/billing/x", { claims, headers });
  const [request] = gateway.upstream.requests.splice(0);
  return { status: response.status, response, request };
};

test("the claims that a route names reach the upstream as headers, and no others do", async () => {
  await using gateway = await withIdentity();

  const { request } = await received(gateway, {
    sub: "usr_alice",
    client_id: "web",
    tenant: "t-1",
    scope: "invoices:read invoices:write",
    roles: ["owner", "clerk"],
    email: "alice@example.org",
  });

  expect(request?.header("x-user-id")).toBe("usr_alice");
  expect(request?.header("x-client-id")).toBe("web");
  expect(request?.header("x-tenant")).toBe("t-1");
  expect(request?.header("x-scope")).toBe("invoices:read invoices:write");
  expect(request?.header("x-roles")).toBe("owner,clerk");
  expect(request?.header("x-user-proto")).toBeUndefined();
  expect(request?.rawHeaders.join()).not.toContain("alice@example.org");
});

// Pomerium (2021), Caddy, APISIX and Kong each set the header where the claim was there, and left
// the client's own where it was not.
describe("a claim that the token lacks leaves no header, whatever the client sent:", () => {
  test.each([
    ["missing", {}],
    ["null", { tenant: null, roles: null }],
    ["empty", { tenant: "", roles: [] }],
  ])(
    "%s (Pomerium #2261, Caddy GHSA-7r4p-vjf4-gxv4, Caddy #7545, APISIX #13330)",
    async (_how, claims) => {
      await using gateway = await withIdentity();

      const { status, request } = await received(gateway, claims as JWTPayload, {
        "X-Tenant": "victim",
        "X-Roles": "owner",
        "x-tenant": "victim",
        Connection: "x-user-id",
      });

      expect(status).toBe(200);
      expect(request?.header("x-user-id")).toBe("svc-test");
      expect(request?.header("x-tenant")).toBeUndefined();
      expect(request?.header("x-roles")).toBeUndefined();
      expect(request?.rawHeaders.join()).not.toMatch(/victim|owner/);
    },
  );
});

describe("a claim that no header can carry is refused, not mended and not left out:", () => {
  test.each([
    ["a line break", { sub: "alice\r\nX-Roles: owner" }],
    ["a NUL", { tenant: "a\0b" }],
    ["a letter beyond ASCII", { sub: "usr_zo\u00eb" }],
    ["a full-width letter", { tenant: "\uff41" }],
    ["a space at its end", { tenant: "t-1 " }],
    ["a comma within a list", { roles: ["clerk", "clerk,owner"] }],
    ["an object", { tenant: { id: "t-1" } as unknown as string }],
    ["a list within a list", { roles: [["owner"]] }],
  ])("%s", async (_why, claims) => {
    await using gateway = await withIdentity();

    const { response, request } = await received(gateway, claims);

    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: "token_claims_invalid" });
    expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(request).toBeUndefined();
  });
});

test("a route that says so keeps the token from its upstream", async () => {
  await using gateway = await withIdentity("strip_token: true");

  const { status, request } = await received(gateway, { sub: "usr_alice" });

  expect(status).toBe(200);
  expect(request?.header("authorization")).toBeUndefined();
  expect(request?.header("x-user-id")).toBe("usr_alice");
});
