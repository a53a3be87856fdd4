import { expect, test } from "@jest/globals";
import { startFixture } from "./support/gateway.ts";

test("keys, remembered tokens and forgeries can be counted from outside", async () => {
  await using gateway = await startFixture();
  const token = await gateway.issuer.token();
  const forged = `${token.slice(0, -8)}AAAAAAAA`;
  for (const each of [token, token, forged, forged]) {
    await gateway.send("/billing/x", { headers: { authorization: `Bearer ${each}` } });
  }

  const metrics = await gateway.metrics();
  const value = (name: string, label = "") => {
    const line = metrics.split("\n").find((each) => each.startsWith(name) && each.includes(label));
    return Number(line?.split(" ").at(-1));
  };

  expect(value("gateway_jwks_fetches_total{", 'outcome="success"')).toBe(1);
  expect(value("gateway_jwks_fetches_total{", 'outcome="failure"')).toBe(0);
  expect(value("gateway_jwks_age_seconds{", gateway.issuer.issuer)).toBeLessThan(60);
  expect(value("gateway_jwks_stale{")).toBe(0);
  expect(value("gateway_token_cache_lookups_total{", 'result="hit"')).toBe(1);
  expect(value("gateway_token_cache_lookups_total{", 'result="miss"')).toBe(2);
  expect(value("gateway_token_cache_lookups_total{", 'result="known_forgery"')).toBe(1);
  expect(value("gateway_token_cache_tokens{")).toBe(1);
  expect(value("gateway_token_cache_bytes{")).toBe(token.length);
  expect(value("gateway_token_verifications_waiting{")).toBe(0);
  expect(metrics).not.toMatch(/^gateway_revocation_\w+\{/m);
});
