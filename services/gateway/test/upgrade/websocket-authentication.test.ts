import { describe, expect, test } from "@jest/globals";
import {
  accessTokenClaims,
  createSigningKey,
  signToken,
} from "@tollgate/shared/testing/signing-keys";
import type { JWTPayload } from "jose";
import { startFixture } from "../support/gateway.ts";
import { websocketRoutes as routes } from "../support/websocket-routes.ts";
import { dial, websocketUpstream } from "../support/websocket-upstream.ts";

// In Node an upgrade goes past every handler of requests, and past authentication with it: zhin
// #463, actor-ts #623, teamclaude #314.

const now = () => Math.floor(Date.now() / 1000);

type Gateway = Awaited<ReturnType<typeof startFixture>>;
type Case = { name: string; status: number; code: string; authorization: Authorization };
type Authorization = (gateway: Gateway) => string | undefined | Promise<string | undefined>;

const claiming = (claims: JWTPayload, header?: object): Authorization => {
  return async ({ issuer }) => {
    const whole = accessTokenClaims({ iss: issuer.issuer, scope: "events:read", ...claims });
    return `Bearer ${await signToken(issuer.key, whole, header)}`;
  };
};

const signedByAnother: Authorization = async ({ issuer }) => {
  const key = { ...(await createSigningKey()), kid: issuer.key.kid };
  const claims = accessTokenClaims({ iss: issuer.issuer, scope: "events:read" });
  return `Bearer ${await signToken(key, claims)}`;
};

const unsigned: Authorization = ({ issuer }) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = accessTokenClaims({ iss: issuer.issuer, scope: "events:read" });
  return `Bearer ${part({ alg: "none", typ: "at+jwt" })}.${part(claims)}.`;
};

const cases: Case[] = [
  { name: "no token", status: 401, code: "token_missing", authorization: () => undefined },
  { name: "garbage", status: 401, code: "token_malformed", authorization: () => "Bearer x" },
  {
    name: "Basic credentials",
    status: 401,
    code: "token_missing",
    authorization: () => "Basic dXNlcjpwYXNz",
  },
  {
    name: "an unsigned token",
    status: 401,
    code: "token_malformed",
    authorization: unsigned,
  },
  {
    name: "a token that another key signed",
    status: 401,
    code: "token_signature_invalid",
    authorization: signedByAnother,
  },
  {
    name: "an expired token",
    status: 401,
    code: "token_expired",
    authorization: claiming({ iat: now() - 400, exp: now() - 1 }),
  },
  {
    name: "a token that is not valid yet",
    status: 401,
    code: "token_not_yet_valid",
    authorization: claiming({ nbf: now() + 60 }),
  },
  {
    name: "a token of another issuer",
    status: 401,
    code: "token_issuer_unknown",
    authorization: claiming({ iss: "http://issuer.evil" }),
  },
  {
    name: "a token for another audience",
    status: 401,
    code: "token_audience_mismatch",
    authorization: claiming({ aud: "https://reports.tollgate.internal" }),
  },
  {
    name: "an ID token",
    status: 401,
    code: "token_type_not_allowed",
    authorization: claiming({}, { typ: "JWT" }),
  },
  {
    name: "an unknown key",
    status: 401,
    code: "token_key_unknown",
    authorization: claiming({}, { kid: "nobody" }),
  },
  {
    name: "a token without the scope",
    status: 403,
    code: "scope_missing",
    authorization: claiming({ scope: "invoices:read" }),
  },
];

describe("an upgrade is refused like any other request, and the upstream hears nothing (zhin #463, actor-ts #623, teamclaude #314):", () => {
  test.each(cases)("$name", async ({ status, code, authorization }) => {
    await using upstream = await websocketUpstream();
    await using gateway = await startFixture({ upstream, routes });
    const value = await authorization(gateway);

    using client = await dial(`${gateway.url}/live`, {
      headers: value === undefined ? {} : { authorization: value },
    });

    expect(client).toMatchObject({ status });
    expect(JSON.parse(client.body)).toMatchObject({ code, status });
    expect(client.head).toMatch(/"www-authenticate":"Bearer realm=/);
    expect(client.head).toMatch(/"connection":"close"/);
    expect(upstream.handshakes).toEqual([]);
    expect(upstream.requests).toEqual([]);
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({ event: "request_answered", status, reason: code, route: "/live" }),
    );
    expect(gateway.lines.at(-1)).not.toHaveProperty("aborted");
  });
});

test("a good token opens the socket, and the upstream learns who asks as with any request", async () => {
  await using upstream = await websocketUpstream();
  await using gateway = await startFixture({ upstream, routes });
  const token = await gateway.issuer.token({ scope: "events:read" });

  using client = await dial(`${gateway.url}/live/feed?of=invoices`, {
    headers: {
      authorization: `Bearer ${token}`,
      origin: "https://app.example",
      "x-user-id": "root",
      "x-forwarded-for": "6.6.6.6",
    },
  });

  expect(client.status).toBe(101);
  expect(await client.ask("hello")).toBe("hello");
  const [handshake] = upstream.handshakes;
  expect(handshake?.url).toBe("/live/feed?of=invoices");
  expect(handshake?.headers).toMatchObject({
    authorization: `Bearer ${token}`,
    host: new URL(upstream.url).host,
    origin: "https://app.example",
    "x-forwarded-for": "127.0.0.1",
    "x-request-id": expect.stringMatching(/^[\w-]{8,}$/),
    traceparent: expect.stringMatching(/^00-/),
  });
  expect(handshake?.headers).not.toHaveProperty("x-user-id");
});

test("a token in the query is refused even when it is a good one", async () => {
  await using upstream = await websocketUpstream();
  await using gateway = await startFixture({ upstream, routes });
  const token = await gateway.issuer.token({ scope: "events:read" });

  using client = await dial(`${gateway.url}/live?access_token=${token}`);

  expect(client.status).toBe(400);
  expect(JSON.parse(client.body)).toMatchObject({ code: "token_ambiguous" });
  expect(upstream.handshakes).toEqual([]);
});

test.each(["/shut", "/billing"])(
  "%s, a route that names no WebSocket, takes none",
  async (path) => {
    await using upstream = await websocketUpstream();
    await using gateway = await startFixture({ upstream, routes });
    const authorization = `Bearer ${await gateway.issuer.token()}`;

    using client = await dial(gateway.url + path, { headers: { authorization } });

    expect(client.status).toBe(403);
    expect(JSON.parse(client.body)).toMatchObject({ code: "upgrade_not_accepted" });
    expect(upstream.handshakes).toEqual([]);
    expect(upstream.requests).toEqual([]);
  },
);

test("a target that is refused to others is refused to an upgrade as well", async () => {
  await using upstream = await websocketUpstream();
  await using gateway = await startFixture({ upstream, routes });

  const answer = await gateway.raw(
    [
      "GET /open/../live HTTP/1.1",
      "Host: a",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "\r\n",
    ].join("\r\n"),
  );

  expect(answer.status).toBe(400);
  expect(answer.body).toContain("target_ambiguous");
  expect(upstream.handshakes).toEqual([]);
});
