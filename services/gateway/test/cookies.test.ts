import { expect, test } from "@jest/globals";
import { billing, startFixture } from "./support/gateway.ts";
import { recordingUpstream } from "./support/upstream.ts";

const routes = (cookies: string) => (issuer: { issuer: string; jwksUri: string }, url: string) =>
  `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}" }
routes:
  - { path: /oauth, upstream: "${url}", access: public ${cookies} }
  - { path: /billing, upstream: "${url}", audience: ${billing}, rules: [{ methods: [GET] }] ${cookies} }
`;

async function exchange(cookies: string, path: string) {
  await using upstream = await recordingUpstream((_req, res) => {
    res.setHeader("set-cookie", ["session=theirs; Path=/", "b=2"]);
    res.end("ok");
  });
  await using gateway = await startFixture({ upstream, routes: routes(cookies) });
  const response = await gateway.send(path, { claims: {}, headers: { cookie: "session=mine" } });
  expect(response.status).toBe(200);
  return {
    sent: upstream.requests[0]?.header("cookie"),
    set: response.headers.getSetCookie(),
  };
}

test("the login's cookies pass on its public route, both ways", async () => {
  expect(await exchange("", "/oauth/authorize")).toEqual({
    sent: "session=mine",
    set: ["session=theirs; Path=/", "b=2"],
  });
});

test("a service behind a token learns no cookie of the login's, and cannot set one in its place", async () => {
  expect(await exchange("", "/billing/x")).toEqual({ sent: undefined, set: [] });
});

test("a route can say otherwise", async () => {
  expect(await exchange(", cookies: true", "/billing/x")).toMatchObject({ sent: "session=mine" });
  expect(await exchange(", cookies: false", "/oauth/x")).toEqual({ sent: undefined, set: [] });
});
