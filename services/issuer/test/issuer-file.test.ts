import { expect, test } from "@jest/globals";
import { readIssuerFile } from "../src/issuer-file.ts";
import { digest, issuerSettings, newKeyPair, registryText } from "./support/issuer-settings.ts";

const hash = digest("secret");
const billing = "https://billing.tollgate.internal";

async function read(text: string) {
  await using settings = await issuerSettings("postgres://a@b/c");
  const path = await settings.write("tested.yaml", text);
  return readIssuerFile(path, settings.env, settings.env.ISSUER_URL);
}

const resources = `
resources:
  - { identifier: "${billing}", scopes: [a, b] }
`;

test("a file that says little is filled with the defaults", async () => {
  const registry = await read(`${resources}
clients:
  - client_id: svc-x
    secrets: [{ sha256: ${hash} }]
    access: [{ resource: "${billing}", scopes: [a] }]
`);
  expect(registry.resources.get(billing)).toEqual({
    identifier: billing,
    scopes: ["a", "b"],
    ttl: 300,
    algorithm: "ES256",
  });
  expect(registry.clients.get("svc-x")).toMatchObject({
    enabled: true,
    secrets: [Buffer.from(hash, "hex")],
    access: [{ resource: billing, scopes: ["a"], roles: [] }],
  });
});

test("the file of the repository is right", async () => {
  await using settings = await issuerSettings("postgres://a@b/c");
  for (const id of ["svc-demo", "svc-reader", "svc-rival"]) {
    await settings.write(`clients/${id}.sha256`, `${hash}\n`);
  }
  const registry = readIssuerFile("config/issuer.yaml", settings.env, settings.env.ISSUER_URL);
  expect([...registry.clients.keys()]).toEqual([
    ...["svc-demo", "svc-reader", "svc-rival", "app-demo"],
  ]);
  expect([...registry.users.keys()]).toEqual(["usr_ada"]);
});

const client = (changes: string) => `${resources}
clients:
  - client_id: svc-x
${changes}
`;
const secrets = `    secrets: [{ sha256: ${hash} }]`;
const access = `    access: [{ resource: "${billing}", scopes: [a] }]`;

const { publicJwk } = newKeyPair();
const jwks = (key: object) => `jwks: { keys: [${JSON.stringify(key)}] }`;

test("a client may bring keys instead of secrets, in place or in a file", async () => {
  await using settings = await issuerSettings("postgres://a@b/c");
  const path = await settings.write("keys.json", JSON.stringify({ keys: [publicJwk] }));
  for (const line of [jwks(publicJwk), `jwks: { file: ${path} }`]) {
    const { clients } = await read(client(`    ${line}\n${access}`));
    expect(clients.get("svc-x")?.jwks).toEqual([{ ...publicJwk, alg: "ES256", use: "sig" }]);
  }
});

test.each([
  [
    "an unknown resource",
    client(`${secrets}\n    access: [{ resource: x, scopes: [] }]`),
    ":8:26: ",
  ],
  [
    "a scope that the resource has not",
    client(`${secrets}\n${access.replace("[a]", "[a, c]")}`),
    '"c" is not a scope',
  ],
  [
    "a life of more than an hour",
    client(`${secrets}\n${access.replace(" }", ", ttl: 3601 }")}`),
    "ttl: ",
  ],
  [
    "three secrets",
    client(
      `    secrets: [{ sha256: ${hash} }, { sha256: ${hash} }, { sha256: ${hash} }]\n${access}`,
    ),
    "secrets: ",
  ],
  ["no secret", client(`    secrets: []\n${access}`), "secrets: "],
  [
    "a hash that is none",
    client(`    secrets: [{ sha256: secret }]\n${access}`),
    "64 hexadecimal digits",
  ],
  [
    "a hash's file that is not there",
    client(`    secrets: [{ sha256_file: /nowhere }]\n${access}`),
    "/nowhere cannot be read (ENOENT)",
  ],
  [
    "a hash both in place and in a file",
    client(`    secrets: [{ sha256: ${hash}, sha256_file: /x }]\n${access}`),
    "either sha256 or sha256_file",
  ],
  ["a misspelt key", client(`${secrets}\n${access}\n    enabeld: false`), ":9:5: "],
  ["a tenant that is none", client(`${secrets}\n${access}\n    tenant: acme`), "tenant: "],
  ["secrets and keys at once", client(`${secrets}\n${access}\n    ${jwks(publicJwk)}`), "jwks: "],
  [
    "a private key",
    client(`    ${jwks({ ...publicJwk, d: "x" })}\n${access}`),
    'private key ("d")',
  ],
  ["a shared key", client(`    ${jwks({ kty: "oct", k: "x" })}\n${access}`), 'private key ("k")'],
  [
    "a key of another curve",
    client(`    ${jwks({ ...publicJwk, crv: "P-384" })}\n${access}`),
    "keys.0 must be",
  ],
  ["an empty key set", client(`    jwks: { keys: [] }\n${access}`), "1 to 4 public keys"],
  ["keys from a URL", client(`    jwks: { uri: "https://x" }\n${access}`), "jwks: "],
  ["keys in a file that is not there", client(`    jwks: { file: /nowhere }\n${access}`), "ENOENT"],
  ["something unknown that it serves", client(`${secrets}\n    serves: [https://x]`), "serves.0: "],
  ["nothing to ask for or to serve", client(secrets), "access: "],
  [
    "a client with a person's name",
    client(`${secrets}\n${access}`).replace("svc-x", "usr_1"),
    "client_id: ",
  ],
])("%s is a fault with its place", async (_what, text, fault) => {
  await expect(read(text)).rejects.toThrow(/tested\.yaml:\d+:\d+: /);
  await expect(read(text)).rejects.toThrow(fault);
});

const app = (changes: string) =>
  client(`    token_endpoint_auth_method: none
    grant_types: [authorization_code]
${changes}`);
const back = "    redirect_uris: [https://app.example/callback]";

test("a public app needs no secret and nothing to ask for", async () => {
  const { clients } = await read(app(back));
  expect(clients.get("svc-x")).toMatchObject({
    secrets: [],
    consent: "ask",
    refresh_grace: 5,
    redirect_uris: ["https://app.example/callback"],
  });
});

test.each([
  ["a login that leads nowhere", app(""), "redirect_uris: needs one"],
  ["plain http elsewhere", app(back.replace("https", "http")), "redirect_uris.0: must be an https"],
  ["a scheme of an app's own", app(back.replace("https", "app")), "redirect_uris.0: must be"],
  ["a script", app("    redirect_uris: ['javascript:alert(1)']"), "redirect_uris.0: must be"],
  ["a fragment", app(back.replace("]", "#x]")), "redirect_uris.0: must not have a fragment"],
  ["a user", app(back.replace("app.", "ada@app.")), "redirect_uris.0: must not name a user"],
  ["a wildcard", app(back.replace("app.", "*.")), "redirect_uris.0: must be"],
  ["capitals", app(back.replace("app.", "APP.")), "redirect_uris.0: must be"],
  ["dots on the way", app(back.replace("callback", "a/../b")), "redirect_uris.0: must be"],
  ["a public app with a secret", app(`${back}\n${secrets}`), "secrets: a public client"],
  ["a public app with keys", app(`${back}\n    ${jwks(publicJwk)}`), "jwks: a public client"],
  [
    "a public app that is a service",
    app(back).replace("[authorization_code]", "[authorization_code, client_credentials]"),
    "grant_types: a public client",
  ],
  ["a public app that is a resource", app(`${back}\n    serves: [${billing}]`), "serves: a public"],
  [
    "a public app that exchanges",
    app(`${back}\n${access.replace(" }", ", exchange: true }")}`),
    "access: a public client",
  ],
  [
    "a refresh token without a login",
    client(`${secrets}\n${access}\n    grant_types: [client_credentials, refresh_token]`),
    "grant_types: refresh_token goes with",
  ],
  ["a redirect without a login", client(`${secrets}\n${access}\n${back}`), "redirect_uris: is for"],
  [
    "a grant that we have not",
    app(back).replace("[authorization_code]", "[password]"),
    "grant_types",
  ],
  [
    "a method that is not the secret's",
    client(`${secrets}\n${access}\n    token_endpoint_auth_method: private_key_jwt`),
    "token_endpoint_auth_method: does not go",
  ],
  ["a grace of an hour", app(`${back}\n    refresh_grace: 3600`), "refresh_grace: "],
  ["a name of two lines", app(`${back}\n    client_name: "a\\nb"`), "client_name: "],
])("%s is a fault of a client that people use", async (_what, text, fault) => {
  await expect(read(text)).rejects.toThrow(/tested\.yaml:\d+:\d+: /);
  await expect(read(text)).rejects.toThrow(fault);
});

test("what is declared twice is a fault", async () => {
  const twice = registryText.replace("svc-hasty", "svc-reader").replaceAll("reports.", "billing.");
  await expect(read(twice)).rejects.toThrow(/resources\.1\.identifier: .* already declared above/);
  await expect(read(twice)).rejects.toThrow(/clients\.2\.client_id: "svc-reader" is already/);
  await expect(read(twice)).rejects.toThrow(/clients\.0\.access\.1\.resource: /);
  await expect(read(twice)).rejects.toThrow(/users\.0\.access\.1\.resource: /);
});
