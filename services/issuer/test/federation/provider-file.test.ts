import { expect, test } from "@jest/globals";
import { readIssuerFile } from "../../src/issuer-file.ts";
import {
  billing,
  issuerSettings,
  providersText,
  registryText,
} from "../support/issuer-settings.ts";

async function read(providers: string) {
  await using settings = await issuerSettings("postgres://a@b/c");
  await settings.write("client-secret", "s3cret\n");
  await settings.write("empty", "\n");
  const path = await settings.write(
    "tested.yaml",
    registryText.replace(providersText, `providers:\n${providers}`),
  );
  return readIssuerFile(path, settings.env, settings.env.ISSUER_URL).providers;
}

const issuer = "issuer: https://login.example.com";
const base = `  - name: outside\n    ${issuer}\n    algorithms: [RS256]`;
const login = `    login: { client_id: tollgate, client_secret_file: "\${ISSUER_SECRETS}/client-secret", display_name: Partner }`;
const exchange = `    exchange:
      audience: https://api.example.com
      clients: [svc-billing]
      scopes: { values: { "bills:read": [invoices:read] } }`;

test("a provider that says little is filled with the defaults", async () => {
  expect(await read(`${base}\n${login}\n${exchange}\n`)).toEqual([
    {
      name: "outside",
      issuer: "https://login.example.com",
      algorithms: ["RS256"],
      subject: "sub",
      login: {
        client_id: "tollgate",
        client_secret_file: "s3cret",
        scopes: ["openid"],
        display_name: "Partner",
      },
      exchange: {
        audience: "https://api.example.com",
        typ: "at+jwt",
        max_life: 3_600,
        clients: ["svc-billing"],
        scopes: { claim: "scope", values: { "bills:read": ["invoices:read"] } },
      },
    },
  ]);
});

const newcomers = (access: string) =>
  `${base}\n${login}\n    newcomers:\n      access: [${access}]`;

test.each([
  ["nothing that it is for", base, "providers.0.name: needs login or exchange"],
  ["no algorithm", `${base.replace("RS256", "")}\n${login}`, "algorithms: "],
  ["a shared secret", `${base.replace("RS256", "HS256")}\n${login}`, "algorithms.0: "],
  ["plain http", `${base.replace("https", "http")}\n${login}`, "issuer: must be https"],
  [
    "our own issuer",
    `${base.replace("login.example.com", "id.example.test")}\n${login}`,
    "providers.0.issuer: must be somebody else's: it is our own, ISSUER_URL",
  ],
  [
    "our own issuer in other letters",
    `${base.replace("login.example.com", "ID.example.test/")}\n${login}`,
    "providers.0.issuer: must be somebody else's",
  ],
  ["keys at plain http", `${base}\n    jwks_uri: http://keys.example.com\n${login}`, "jwks_uri: "],
  ["a name that is none", `${base.replace("outside", "a:b")}\n${login}`, "name: must be 1 to 64"],
  ["people told apart by address", `${base}\n    subject: email\n${login}`, "another person"],
  ["a misspelt key", `${base}\n${login.replace("client_id", "clientid")}`, "clientid"],
  ["no openid", `${base}\n${login.replace(" }", ", scopes: [profile] }")}`, 'must have "openid"'],
  ["an empty secret", `${base}\n${login.replace("client-secret", "empty")}`, "empty is empty"],
  ["no secret", `${base}\n${login.replace("client-secret", "no")}`, "cannot be read (ENOENT)"],
  ["nobody to bring tokens", `${base}\n${exchange.replace("svc-billing", "")}`, "clients: "],
  [
    "a client that may not exchange",
    `${base}\n${exchange.replace("svc-billing", "svc-demo")}`,
    'clients.0: "svc-demo" may exchange for no resource',
  ],
  [
    "a scope that there is not",
    `${base}\n${exchange.replace("invoices:read", "all")}`,
    '"all" is no resource\'s scope',
  ],
  ["a resource that there is not", newcomers("{ resource: x, scopes: [] }"), "access.0.resource: "],
  [
    "a newcomers' scope that there is not",
    newcomers(`{ resource: "${billing}", scopes: [all] }`),
    '"all" is not a scope of',
  ],
  [
    "a newcomers' right by a claim that a session does not have",
    newcomers(`{ resource: "${billing}", scopes: [], where: { claim: groups, any: [a] } }`),
    "access.0.where: people who log in have no claims here",
  ],
  [
    "a newcomers' tenant by such a claim",
    `${newcomers(`{ resource: "${billing}", scopes: [] }`)}
      tenant: { claim: org, values: {} }`,
    "newcomers.tenant: people who log in have no claims here",
  ],
])("%s is a fault with its place", async (_what, text, fault) => {
  await expect(read(text)).rejects.toThrow(/tested\.yaml:\d+:\d+: /);
  await expect(read(text)).rejects.toThrow(fault);
});

test("a user who is linked to a provider that there is not is a fault", async () => {
  const elsewhere = `${base.replace("outside", "elsewhere")}\n${login}`;
  await expect(read(elsewhere)).rejects.toThrow(
    /users\.0\.federated\.0\.provider: "outside" is not among the providers/,
  );
});

test("a provider that is declared twice is a fault, by its name and by its issuer", async () => {
  const twice = `${base}\n${login}\n${base}\n${login}`;
  await expect(read(twice)).rejects.toThrow(/providers\.1\.name: .* already declared above/);
  await expect(read(twice)).rejects.toThrow(/providers\.1\.issuer: .* already declared above/);
});
