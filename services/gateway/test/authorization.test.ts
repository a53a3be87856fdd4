import { describe, expect, test } from "@jest/globals";
import type { JWTPayload } from "jose";
import { billing, startFixture } from "./support/gateway.ts";

const routes = (issuer: { issuer: string; jwksUri: string }, upstream: string) => `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}" }
routes:
  - path: /billing
    upstream: "${upstream}"
    audience: ${billing}
    rules:
      - { methods: [GET], scopes: [invoices:read, customers:read] }
      - { methods: [POST], any_scope: [invoices:write, customers:write] }
      - { methods: [PUT], roles: [owner, auditor] }
      - { methods: [PATCH], any_role: [owner, clerk], token_use: user }
      - { methods: [DELETE], scopes: [invoices:write] }
      - { methods: [DELETE], any_role: [owner] }
`;

type Case = { method: string; claims: JWTPayload; status: number; code?: string; scope?: string };

const cases: Case[] = [
  { method: "GET", claims: { scope: "customers:read x invoices:read" }, status: 200 },
  {
    method: "GET",
    claims: { scope: "invoices:read" },
    status: 403,
    code: "scope_missing",
    scope: "invoices:read customers:read",
  },
  {
    method: "GET",
    claims: { scope: "invoices:readx customers:read" },
    status: 403,
    code: "scope_missing",
    scope: "invoices:read customers:read",
  },
  {
    method: "GET",
    claims: { scope: ["invoices:read", "customers:read"] as unknown as string },
    status: 403,
    code: "scope_missing",
    scope: "invoices:read customers:read",
  },
  { method: "POST", claims: { scope: "customers:write" }, status: 200 },
  {
    method: "POST",
    claims: { scope: "" },
    status: 403,
    code: "scope_missing",
    scope: "invoices:write customers:write",
  },
  { method: "PUT", claims: { roles: ["auditor", "owner"] }, status: 200 },
  { method: "PUT", claims: { roles: ["owner"] }, status: 403, code: "role_missing" },
  { method: "PUT", claims: { roles: "owner auditor" }, status: 403, code: "role_missing" },
  { method: "PATCH", claims: { roles: ["clerk"], token_use: "user" }, status: 200 },
  {
    method: "PATCH",
    claims: { roles: ["clerk"], token_use: "service" },
    status: 403,
    code: "token_use_not_allowed",
  },
  { method: "PATCH", claims: { roles: [], token_use: "user" }, status: 403, code: "role_missing" },
  { method: "DELETE", claims: { scope: "invoices:write" }, status: 200 },
  { method: "DELETE", claims: { roles: ["owner"] }, status: 200 },
  { method: "DELETE", claims: {}, status: 403, code: "scope_missing", scope: "invoices:write" },
];

describe("a rule of the route decides, for each method, who may call:", () => {
  test.each(cases)(
    "$method with $claims is $status",
    async ({ method, claims, status, code, scope }) => {
      await using gateway = await startFixture({ routes });

      const response = await gateway.send("/billing/x", { method, claims });

      expect(response.status).toBe(status);
      expect(gateway.upstream.requests).toHaveLength(status === 200 ? 1 : 0);
      if (code === undefined) return;
      expect(await response.json()).toMatchObject({ code });
      const challenge = response.headers.get("www-authenticate");
      expect(challenge).toContain('error="insufficient_scope"');
      if (scope !== undefined) expect(challenge).toContain(`scope="${scope}"`);
    },
  );

  test("a method that no rule names is refused, with those that are", async () => {
    await using gateway = await startFixture({ routes });

    const response = await gateway.send("/billing/x", { method: "OPTIONS", claims: {} });

    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, POST, PUT, PATCH, DELETE");
    expect(gateway.upstream.requests).toEqual([]);
  });
});

test("the same token is judged anew on every route and method (CVE-2021-32701)", async () => {
  await using gateway = await startFixture({ routes });
  const token = await gateway.issuer.token({ scope: "invoices:read customers:read" });
  const headers = { authorization: `Bearer ${token}` };

  const read = await gateway.send("/billing/x", { headers });
  const write = await gateway.send("/billing/x", { method: "POST", headers });

  expect([read.status, write.status]).toEqual([200, 403]);
  expect(gateway.upstream.requests).toHaveLength(1);
});

test("a caller beyond the route's rate is told when to come back, and others are not held up", async () => {
  await using gateway = await startFixture({
    routes: (issuer, upstream) => `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}" }
routes:
  - path: /billing
    upstream: "${upstream}"
    audience: ${billing}
    rules: [{ methods: [GET] }]
    limits: { rate: { requests: 3, per: 1h } }
`,
  });
  const statuses: number[] = [];
  let last = await gateway.get("/billing/x", { client_id: "svc-a" });
  for (let call = 0; call < 3; call++) {
    statuses.push(last.status);
    last = await gateway.get("/billing/x", { client_id: "svc-a" });
  }
  const other = await gateway.get("/billing/x", { client_id: "svc-b" });

  expect(statuses).toEqual([200, 200, 200]);
  expect(last.status).toBe(429);
  expect(await last.json()).toMatchObject({ code: "rate_exceeded" });
  expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(1_000);
  expect(last.headers.get("ratelimit-policy")).toBe('"default";q=3;w=3600');
  expect(other.status).toBe(200);
  expect(other.headers.get("ratelimit")).toBe('"default";r=2;t=0');
});
