import { expect, test } from "@jest/globals";
import { startTestIssuer } from "@tollgate/shared/testing/signing-keys";
import { billing, startFixture } from "./support/gateway.ts";

test("two Authorization headers are refused, even equal ones: the second could be what is read next", async () => {
  await using gateway = await startFixture();
  const token = await gateway.issuer.token();

  const answer = await gateway.raw(
    `GET /billing/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nauthorization: Bearer ${token}\r\n\r\n`,
  );

  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toMatchObject({ code: "header_not_accepted" });
  expect(gateway.upstream.requests).toEqual([]);
});

test.each([
  "access_token=abc",
  "page=1&access_token=abc",
  "page=1;access_token=abc",
  "access_token",
  "access_token=",
  "access%5Ftoken=abc",
  "%61ccess_token=abc",
  "page=1%26&access_%74oken=abc",
])("a good token beside ?%s is refused: the upstream could read the other one", async (query) => {
  await using gateway = await startFixture();

  const response = await gateway.get(`/billing/x?${query}`, {});

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: "token_ambiguous" });
  expect(response.headers.get("www-authenticate")).toContain('error="invalid_request"');
  expect(gateway.upstream.requests).toEqual([]);
});

test.each([
  "my_access_token=abc",
  "access_tokens=abc",
  "q=access_token",
  "q=a%26access_token%3Dabc",
])("?%s names no token, and passes", async (query) => {
  await using gateway = await startFixture();

  const response = await gateway.get(`/billing/x?${query}`, {});

  expect(response.status).toBe(200);
  expect(gateway.upstream.requests[0]?.url).toBe(`/x?${query}`);
});

test("a token in the URL, a form or a cookie is no token", async () => {
  await using gateway = await startFixture();
  const token = await gateway.issuer.token({ scope: "invoices:write" });

  const inUrl = await gateway.send(`/billing/x?access_token=${token}`, {});
  const inForm = await gateway.send("/billing/x", {
    method: "POST",
    body: new URLSearchParams({ access_token: token }),
  });
  const inCookie = await gateway.send("/billing/x", {
    headers: { cookie: `access_token=${token}`, "x-access-token": token },
  });

  expect([inUrl.status, inForm.status, inCookie.status]).toEqual([400, 401, 401]);
  expect(await inForm.json()).toMatchObject({ code: "token_missing" });
  expect(gateway.upstream.requests).toEqual([]);
});

test("the tutorial's bare header is not taken twice either", async () => {
  await using parts = new AsyncDisposableStack();
  const issuer = parts.use(await startTestIssuer());
  const gateway = parts.use(
    await startFixture({
      routes: (_own, upstream) => `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}" }
routes:
  - path: /
    upstream: "${upstream}"
    audience: ${billing}
    tutorial: { token_header: Token }
    rules: [{ methods: [GET] }]
`,
    }),
  );
  const token = await issuer.token();
  const head = `GET / HTTP/1.1\r\nHost: a\r\nToken: ${token}\r\n`;

  const once = await gateway.raw(`${head}\r\n`);
  const twice = await gateway.raw(`${head}token: ${token}\r\n\r\n`);

  expect([once.status, twice.status]).toEqual([200, 400]);
  expect(gateway.upstream.requests).toHaveLength(1);
});
