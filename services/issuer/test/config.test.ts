import { expect, test } from "@jest/globals";
import { ConfigError } from "@tollgate/shared/config";
import { loadConfig, loadMigrateConfig } from "../src/config.ts";
import { issuerSettings, registryText } from "./support/issuer-settings.ts";

const databaseUrl = "postgres://issuer_app:app%2Fpw@127.0.0.1:5432/issuer";

const ownText = registryText.replace("https://login.outside.example", "http://localhost:9001");

function faultsOf(load: () => unknown): readonly string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test("every fault of the variables, their files and the registry is named at once", async () => {
  await using settings = await issuerSettings(databaseUrl);
  const env = {
    ...settings.env,
    ISSUER_PORT: "eighty",
    ISSUER_DATABASE_URL: "mysql://x",
    ISSUER_COOKIE_KEYS_FILE: "/nowhere/cookie_keys",
    ISSUER_CONFIG: await settings.write("broken.yaml", "resources: []\nclient: []\n"),
  };
  const faults = faultsOf(() => loadConfig(env));
  expect(faults).toEqual([
    expect.stringMatching(/^ISSUER_PORT is "eighty"/),
    expect.stringMatching(/^ISSUER_DATABASE_URL is "mysql:\/\/x"/),
    expect.stringMatching(/^ISSUER_COOKIE_KEYS_FILE names .* cannot be read \(ENOENT\)/),
    expect.stringMatching(/broken\.yaml:1:12: resources: /),
    expect.stringMatching(/broken\.yaml:1:1: clients: /),
    expect.stringMatching(/broken\.yaml:2:1: .*"client"/),
  ]);
});

test("an issuer with a path or a wrapping key of the wrong size is refused", async () => {
  await using settings = await issuerSettings(databaseUrl);
  const env = {
    ...settings.env,
    ISSUER_URL: "https://id.example.com/here",
    ISSUER_WRAPPING_KEY_FILE: await settings.write("short", "c2hvcnQ\n"),
  };
  expect(faultsOf(() => loadConfig(env))).toEqual([
    expect.stringMatching(/^ISSUER_URL .* must be an origin, like https:\/\/id\.example\.com$/),
    expect.stringMatching(/ISSUER_WRAPPING_KEY_FILE .* one base64url key of 32 bytes a line/),
  ]);
});

test.each([
  ["plain http on another machine", "http://id.example.com", "plain http is for localhost alone"],
  [
    "plain http on a network of one's own",
    "http://192.168.0.7:9001",
    "plain http is for localhost",
  ],
  ["a wildcard host", "https://*.example.com", "must be an origin"],
  ["credentials in it", "https://user:pw@id.example.com", "must be an origin"],
])("an issuer with %s is refused at the start", async (_what, url, why) => {
  await using settings = await issuerSettings(databaseUrl);
  const faults = faultsOf(() => loadConfig({ ...settings.env, ISSUER_URL: url }));
  expect(faults).toEqual([expect.stringContaining(why)]);
});

test("a provider that is the issuer itself is refused at the start, by default too", async () => {
  await using settings = await issuerSettings(databaseUrl);
  const path = await settings.write("own.yaml", ownText);
  const env = { ...settings.env, ISSUER_URL: undefined, ISSUER_CONFIG: path };
  expect(faultsOf(() => loadConfig(env))).toEqual([
    expect.stringMatching(/own\.yaml:\d+:13: providers\.0\.issuer: must be somebody else's/),
  ]);
});

test.each(["http://localhost:9001", "http://127.0.0.1:9001", "http://[::1]:9001"])(
  "%s is good enough on one's own machine",
  async (url) => {
    await using settings = await issuerSettings(databaseUrl);
    expect(loadConfig({ ...settings.env, ISSUER_URL: url }).issuer).toBe(url);
  },
);

test.each(["keyboard cat", `${"a".repeat(43)}\nshort`])(
  "cookie keys that can be guessed are refused at the start: %j",
  async (text) => {
    await using settings = await issuerSettings(databaseUrl);
    const file = await settings.write("weak", `${text}\n`);
    expect(faultsOf(() => loadConfig({ ...settings.env, ISSUER_COOKIE_KEYS_FILE: file }))).toEqual([
      expect.stringMatching(/^ISSUER_COOKIE_KEYS_FILE must hold/),
    ]);
  },
);

test("the password from its file is put into the database's URL", async () => {
  await using settings = await issuerSettings(databaseUrl);
  expect(loadConfig(settings.env).databaseUrl).toBe(databaseUrl);
});

test("migrations without provisioning need no superuser", async () => {
  await using settings = await issuerSettings(databaseUrl);
  const config = loadMigrateConfig({
    ...settings.env,
    ISSUER_ADMIN_DATABASE_URL: "none",
    ISSUER_OWNER_PASSWORD_FILE: await settings.write("owner", "owner's\n"),
  });
  expect(config).toMatchObject({
    adminUrl: undefined,
    owner: { name: "issuer_owner", password: "owner's" },
  });
});
