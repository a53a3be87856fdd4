import { expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";

/**
 * Four gateways have set identity headers from a token's claims and passed on the client's own where
 * the token had no such claim: whoever had any valid token was whoever they liked. Here what names an
 * identity goes whether or not there is something to put in its place, and a cached verdict changes
 * nothing about that.
 */
test("a token that lacks a claim does not let the client say it (Pomerium #2261, Caddy GHSA-7r4p-vjf4-gxv4, APISIX #13330, Kong 3.14)", async () => {
  await using gateway = await startFixture();
  const token = await gateway.issuer.token({
    tenant: undefined,
    roles: undefined,
    scope: undefined,
    client_id: undefined,
    sid: undefined,
  } as never);
  const forged = {
    "X-User-Id": "forged",
    "X-User": "forged",
    "X-Tenant-Id": "forged",
    "X-Roles": "forged",
    "X-Tollgate-Subject": "forged",
    "X-Auth-Request-User": "forged",
    "Remote-User": "forged",
  };
  const call = (headers: object) =>
    gateway.send("/billing/x", { headers: { authorization: `Bearer ${token}`, ...headers } });

  const first = await call(forged);
  const known = await call(
    Object.fromEntries(Object.entries(forged).map(([name, value]) => [name.toLowerCase(), value])),
  );

  expect([first.status, known.status]).toEqual([200, 200]);
  expect(gateway.upstream.requests).toHaveLength(2);
  for (const { rawHeaders } of gateway.upstream.requests) {
    expect(rawHeaders.join("\n")).not.toContain("forged");
  }
});
