import { describe, expect, test } from "@jest/globals";
import { startTestIssuer } from "@tollgate/shared/testing/signing-keys";
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

  test("HEAD is not let in where only GET is named, nor GET where only HEAD is", async () => {
    await using gateway = await startFixture({ routes });
    const claims = { scope: "invoices:read customers:read" };

    const head = await gateway.send("/billing/x", { method: "HEAD", claims });

    expect(head.status).toBe(405);
    expect(head.headers.get("allow")).not.toContain("HEAD");
    expect(gateway.upstream.requests).toEqual([]);
  });

  test("a method that no rule names is refused, with those that are", async () => {
    await using gateway = await startFixture({ routes });

    const response = await gateway.send("/billing/x", { method: "OPTIONS", claims: {} });

    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, POST, PUT, PATCH, DELETE");
    expect(gateway.upstream.requests).toEqual([]);
  });
});

test("the same token is judged anew on every route and method (CVE-2021-32701, Oathkeeper #743)", async () => {
  await using gateway = await startFixture({ routes });
  const token = await gateway.issuer.token({ scope: "invoices:read customers:read" });
  const headers = { authorization: `Bearer ${token}` };

  const read = await gateway.send("/billing/x", { headers });
  const write = await gateway.send("/billing/x", { method: "POST", headers });

  expect([read.status, write.status]).toEqual([200, 403]);
  expect(gateway.upstream.requests).toHaveLength(1);
});

describe("of several rules any one will do, and a refusal says what the nearest one needs:", () => {
  const several = (issuer: { issuer: string; jwksUri: string }, upstream: string) => `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}" }
routes:
  - path: /billing
    upstream: "${upstream}"
    audience: ${billing}
    rules:
      - { methods: [GET], any_role: [owner] }
      - { methods: [GET], token_use: user, scopes: [invoices:read] }
      - { methods: [GET], token_use: service, scopes: [a:read, b:read], any_scope: [c:read, d:read] }
      - { methods: [GET], token_use: service, roles: [robot], scopes: [invoices:read] }
`;
  const refusals: [
    why: string,
    claims: JWTPayload,
    code: string,
    needs: string,
    scope: string | undefined,
  ][] = [
    [
      "a service lacks scopes: a new token would do, and its scope is named whole",
      { token_use: "service", scope: "a:read" },
      "scope_missing",
      "all of the scopes a:read, b:read and one of the scopes c:read, d:read",
      "a:read b:read c:read d:read",
    ],
    [
      "a person lacks one scope",
      { token_use: "user" },
      "scope_missing",
      "all of the scopes invoices:read",
      "invoices:read",
    ],
    [
      "one that is neither: its kind cannot be changed, its role can",
      { token_use: "robot" },
      "role_missing",
      "one of the roles owner",
      undefined,
    ],
  ];

  test.each(refusals)("%s", async (_why, claims, code, needs, scope) => {
    await using gateway = await startFixture({ routes: several });

    const response = await gateway.get("/billing/x", claims);

    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code, detail: `It needs ${needs}` });
    const challenge = response.headers.get("www-authenticate");
    expect(challenge?.match(/ scope="([^"]*)"/)?.[1]).toBe(scope);
    expect(gateway.upstream.requests).toEqual([]);
  });

  test.each([
    ["the first", { roles: ["owner"], token_use: "service" }],
    ["the second", { scope: "invoices:read", token_use: "user" }],
    ["the third", { scope: "b:read a:read d:read", token_use: "service" }],
    ["the last", { scope: "invoices:read", roles: ["robot"], token_use: "service" }],
  ])("whoever meets %s is let in", async (_which, claims) => {
    await using gateway = await startFixture({ routes: several });

    expect((await gateway.get("/billing/x", claims)).status).toBe(200);
  });
});

describe("a route takes tokens of its own issuers and for its own audience alone:", () => {
  async function twoIssuers() {
    await using parts = new AsyncDisposableStack();
    const partner = parts.use(await startTestIssuer());
    const gateway = parts.use(
      await startFixture({
        routes: (ours, upstream) => `
issuers:
  - { issuer: "${ours.issuer}", jwks_uri: "${ours.jwksUri}" }
  - { issuer: "${partner.issuer}", jwks_uri: "${partner.jwksUri}" }
routes:
  - { path: /ours, upstream: "${upstream}", audience: ours, issuers: ["${ours.issuer}"], rules: [{ methods: [GET] }] }
  - { path: /partners, upstream: "${upstream}", audience: partners, issuers: ["${partner.issuer}"], rules: [{ methods: [GET] }] }
  - { path: /both, upstream: "${upstream}", audience: both, rules: [{ methods: [GET] }] }
`,
      }),
    );
    const open = parts.move();
    return { gateway, partner, [Symbol.asyncDispose]: () => open.disposeAsync() };
  }

  test.each([
    ["/ours", "ours", "ours", 200, undefined],
    ["/ours", "partner", "ours", 401, "token_issuer_unknown"],
    ["/partners", "partner", "partners", 200, undefined],
    ["/partners", "ours", "partners", 401, "token_issuer_unknown"],
    ["/both", "partner", "both", 200, undefined],
    ["/both", "ours", "both", 200, undefined],
    ["/both", "ours", "ours", 401, "token_audience_mismatch"],
    ["/ours", "ours", "both", 401, "token_audience_mismatch"],
  ])("%s with a token of %s for %s is %d", async (path, issuer, aud, status, code) => {
    await using both = await twoIssuers();
    const { gateway, partner } = both;
    const from = issuer === "partner" ? partner : gateway.issuer;
    const authorization = `Bearer ${await from.token({ aud })}`;

    const response = await gateway.send(path, { headers: { authorization } });

    expect(response.status).toBe(status);
    if (code !== undefined) expect(await response.json()).toMatchObject({ code });
    expect(gateway.upstream.requests).toHaveLength(status === 200 ? 1 : 0);
  });

  test("what was proven on one route is no pass on the other", async () => {
    await using both = await twoIssuers();
    const { gateway, partner } = both;
    const authorization = `Bearer ${await partner.token({ aud: ["ours", "partners"] })}`;

    const first = await gateway.send("/partners", { headers: { authorization } });
    const second = await gateway.send("/ours", { headers: { authorization } });

    expect([first.status, second.status]).toEqual([200, 401]);
    expect(gateway.upstream.requests.map(({ url }) => url)).toEqual(["/partners"]);
  });
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
  expect(other.headers.get("ratelimit")).toBe('"default";r=2;t=1200');
});
