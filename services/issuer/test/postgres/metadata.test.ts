import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openIssuer } from "../support/open-issuer.ts";
import { sendRaw } from "../support/send-raw.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer({ ISSUER_URL: "https://id.example.test:8443" });
});
afterAll(() => issuer[Symbol.asyncDispose]());

const documents = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

test.each(documents)("%s names what is enabled, and nothing else", async (path) => {
  const response = await issuer.get(path);
  expect(response.status).toBe(200);
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  const at = (endpoint: string) => `https://id.example.test:8443/oauth/${endpoint}`;
  expect(await response.json()).toEqual({
    issuer: "https://id.example.test:8443",
    authorization_endpoint: at("authorize"),
    authorization_response_iss_parameter_supported: true,
    pushed_authorization_request_endpoint: at("par"),
    token_endpoint: at("token"),
    userinfo_endpoint: at("userinfo"),
    end_session_endpoint: at("logout"),
    jwks_uri: at("jwks"),
    introspection_endpoint: at("introspect"),
    revocation_endpoint: at("revoke"),
    grant_types_supported: [
      "authorization_code",
      "refresh_token",
      "client_credentials",
      "urn:ietf:params:oauth:grant-type:token-exchange",
    ],
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    code_challenge_methods_supported: ["S256"],
    scopes_supported: [
      ...["email", "invoices:read", "invoices:write", "openid", "profile", "reports:read"],
    ],
    claims_supported: [
      ...["sub", "sid", "auth_time", "amr", "name", "preferred_username", "email", "iss"],
    ],
    claim_types_supported: ["normal"],
    claims_parameter_supported: false,
    request_uri_parameter_supported: false,
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "private_key_jwt", "none"],
    token_endpoint_auth_signing_alg_values_supported: ["ES256", "EdDSA", "RS256"],
  });
});

const forged = {
  host: "evil.example",
  forwarded: "host=evil.example;proto=http",
  "x-forwarded-host": "evil.example",
  "x-forwarded-proto": "http",
  "x-forwarded-port": "1",
  "x-forwarded-prefix": "/evil",
  "x-original-url": "/evil",
};

test.each(documents)("%s follows neither Host nor X-Forwarded headers", async (target) => {
  const honest = await sendRaw(issuer.url, { target });
  const lured = await sendRaw(issuer.url, { target, headers: forged });
  expect(lured.status).toBe(200);
  expect(lured.text).toBe(honest.text);
});

test("a request target that names another host is refused", async () => {
  const target = `http://evil.example${documents[0]}`;
  const response = await sendRaw(issuer.url, { target });
  expect(response.status).toBe(400);
  expect(response.text).not.toContain("evil.example");
});

test("the keys are public, may be kept for five minutes, and are served on any host", async () => {
  const response = await sendRaw(issuer.url, { target: "/oauth/jwks", headers: forged });
  expect(response.status).toBe(200);
  expect(response.headers).toMatchObject({
    "cache-control": "public, max-age=300",
    "content-type": "application/jwk-set+json",
    "access-control-allow-origin": "*",
  });
  const { keys } = JSON.parse(response.text);
  expect(keys).toHaveLength(4);
  for (const key of keys) {
    expect(key).toMatchObject({ kid: expect.stringMatching(/^[\w-]{43}$/), use: "sig" });
    for (const secret of ["d", "p", "q", "k"]) expect(key).not.toHaveProperty(secret);
  }
});

test("HEAD answers as GET, without the body", async () => {
  const response = await sendRaw(issuer.url, { method: "HEAD", target: "/oauth/jwks" });
  expect(response).toMatchObject({ status: 200, text: "" });
});
