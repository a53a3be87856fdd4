import { generateKeyPairSync, hash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { people } from "./people.ts";

export const billing = "https://billing.tollgate.internal";
export const reports = "https://reports.tollgate.internal";
export const tenant = "01920000-0000-7000-8000-000000000001";

/** The secrets of the clients below, as their owners know them; one has to be percent-encoded. */
export const secrets = {
  "svc-demo": "demo:secret+with/odd=chars%",
  "svc-demo-old": "the-slot-before",
  "svc-reader": randomBytes(32).toString("base64url"),
  "svc-hasty": randomBytes(32).toString("base64url"),
  "svc-billing": randomBytes(32).toString("base64url"),
  "svc-reports": randomBytes(32).toString("base64url"),
  "app-shop": randomBytes(32).toString("base64url"),
  "svc-disabled": randomBytes(32).toString("base64url"),
};

/** The key pair of svc-signer, which has no secret. */
export const signer = newKeyPair();

/** Whom some people are linked to; nobody is there to be asked. */
export const providersText = `providers:
  - name: outside
    issuer: https://login.outside.example
    algorithms: [RS256]
    login: { client_id: tollgate, display_name: Outside }
`;

export const registryText = `
resources:
  - identifier: ${billing}
    scopes: [invoices:read, invoices:write]
  - identifier: ${reports}
    scopes: [reports:read, invoices:read]
    ttl: 200
    algorithm: EdDSA
clients:
  - client_id: svc-demo
    tenant: ${tenant}
    secrets:
      - sha256_file: \${ISSUER_SECRETS}/clients/svc-demo.sha256
      - sha256: ${digest(secrets["svc-demo-old"])}
    access:
      - { resource: "${billing}", scopes: [invoices:read, invoices:write], roles: [biller] }
      - { resource: "${reports}", scopes: [reports:read], roles: [reporter] }
  - client_id: svc-reader
    tenant: ${tenant}
    secrets: [{ sha256: ${digest(secrets["svc-reader"])} }]
    access: [{ resource: "${billing}", scopes: [invoices:read] }]
  - client_id: svc-hasty
    secrets: [{ sha256: ${digest(secrets["svc-hasty"])} }]
    access: [{ resource: "${billing}", scopes: [], ttl: 1 }]
  - client_id: svc-signer
    jwks: { keys: [${JSON.stringify(signer.publicJwk)}] }
    access: [{ resource: "${billing}", scopes: [invoices:read] }]
  - client_id: svc-billing
    secrets: [{ sha256: ${digest(secrets["svc-billing"])} }]
    serves: ["${billing}"]
    access: [{ resource: "${reports}", scopes: [reports:read, invoices:read], exchange: true }]
  - client_id: svc-reports
    secrets: [{ sha256: ${digest(secrets["svc-reports"])} }]
    serves: ["${reports}"]
    access: [{ resource: "${billing}", scopes: [invoices:read, invoices:write], exchange: true }]
  - client_id: app-web
    client_name: The web app
    token_endpoint_auth_method: none
    grant_types: [authorization_code, refresh_token]
    redirect_uris: ["https://app.example.test/callback", "http://127.0.0.1:4444/callback"]
    post_logout_redirect_uris: ["https://app.example.test/bye"]
    consent: implied
    access:
      - { resource: "${billing}", scopes: [invoices:read, invoices:write] }
      - { resource: "${reports}", scopes: [reports:read, invoices:read] }
  - client_id: app-shop
    client_name: "Bob's <b>Shop</b>"
    secrets: [{ sha256: ${digest(secrets["app-shop"])} }]
    grant_types: [authorization_code, refresh_token]
    redirect_uris: ["https://shop.example.test/callback"]
    post_logout_redirect_uris: ["https://shop.example.test/bye"]
    access: [{ resource: "${billing}", scopes: [invoices:read, invoices:write] }]
  - client_id: app-strict
    token_endpoint_auth_method: none
    grant_types: [authorization_code, refresh_token]
    redirect_uris: ["https://strict.example.test/callback"]
    consent: implied
    refresh_grace: 0
    access: [{ resource: "${billing}", scopes: [invoices:read] }]
  - client_id: app-rival
    token_endpoint_auth_method: none
    tenant: 01920000-0000-7000-8000-000000000002
    grant_types: [authorization_code]
    redirect_uris: ["https://rival.example.test/callback"]
    consent: implied
    access: [{ resource: "${billing}", scopes: [invoices:read] }]
  - client_id: svc-disabled
    enabled: false
    secrets: [{ sha256: ${digest(secrets["svc-disabled"])} }]
    access: [{ resource: "${billing}", scopes: [invoices:read] }]
users:
  - sub: usr_ada
    username: ada
    password_file: \${ISSUER_SECRETS}/users/ada.scrypt
    name: Ada Lovelace
    email: ada@example.com
    tenant: ${tenant}
    access:
      - { resource: "${billing}", scopes: [invoices:read, invoices:write], roles: [customer] }
      - { resource: "${reports}", scopes: [reports:read], roles: [reader] }
    federated: [{ provider: outside, subject: "00u-ada" }]
  - sub: usr_bob
    username: bob@example.com
    password: ${people.bob.hash}
    enabled: false
    access: [{ resource: "${billing}", scopes: [invoices:read], roles: [clerk] }]
    federated: [{ provider: outside, subject: "00u-bob" }]
  - sub: usr_mia
    username: mia
    password: ${people.mia.hash}
    tenant: ${tenant}
    access:
      - { resource: "${billing}", scopes: [invoices:read], roles: [clerk] }
      - { resource: "${reports}", scopes: [invoices:read], roles: [reader] }
  - sub: usr_carol
    username: carol
    access: [{ resource: "${billing}", scopes: [invoices:read], roles: [clerk] }]
    federated: [{ provider: outside, subject: "00u-carol" }]
${providersText}`;

export function digest(secret: string): string {
  return hash("sha256", secret, "hex");
}

/** A directory laid out like the volume of secrets, and the variables that point into it. */
export async function issuerSettings(databaseUrl: string) {
  const directory = await mkdtemp(join(tmpdir(), "tollgate-issuer-"));
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
    return join(directory, name);
  };
  const url = new URL(databaseUrl);
  const password = decodeURIComponent(url.password);
  url.password = "";
  await write("clients/svc-demo.sha256", `${digest(secrets["svc-demo"])}\n`);
  await write("users/ada.scrypt", `${people.ada.hash}\n`);
  return {
    write,
    env: {
      ISSUER_URL: "https://id.example.test",
      ISSUER_PORT: "0",
      ISSUER_ADMIN_PORT: "0",
      ISSUER_CONTROL_PORT: "0",
      ISSUER_DRAIN_MS: "1000",
      ISSUER_SECRETS: directory,
      ISSUER_CONFIG: await write("issuer.yaml", registryText),
      ISSUER_DATABASE_URL: url.href,
      ISSUER_DATABASE_PASSWORD_FILE: await write("database_password", password),
      ISSUER_WRAPPING_KEY_FILE: await write("wrapping_key", newKey()),
      ISSUER_COOKIE_KEYS_FILE: await write("cookie_keys", newKey()),
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

export function newKeyPair() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, publicJwk: publicKey.export({ format: "jwk" }) };
}

export function newKey(): string {
  return randomBytes(32).toString("base64url");
}
