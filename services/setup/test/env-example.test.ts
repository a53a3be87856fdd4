import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { afterAll, expect, test } from "@jest/globals";
import type { Env } from "@tollgate/shared/config";
import * as billing from "../../billing/src/config.ts";
import { loadTutorialConfig as billingTutorial } from "../../billing/src/tutorial/answer-secret.ts";
import * as gateway from "../../gateway/src/config.ts";
import * as issuer from "../../issuer/src/config.ts";
import { loadTutorialConfig as issuerTutorial } from "../../issuer/src/tutorial/answer-root.ts";
import { loadConfig as setup } from "../src/config.ts";
import { loadDemoConfig as demo } from "../src/demo/config.ts";
import { loadDevConfig as dev } from "../src/dev/config.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** What the example says once every line is uncommented. */
const example = parseEnv(read(".env.example").replace(/^# (?=[A-Z_]+=)/gm, "")) as Env;

const loaders: Record<string, (env: Env) => unknown> = {
  gateway: gateway.loadConfig,
  issuer: issuer.loadConfig,
  "issuer's migrations": issuer.loadMigrateConfig,
  "issuer's tutorial": issuerTutorial,
  billing: billing.loadConfig,
  "billing's migrations": billing.loadMigrateConfig,
  "billing's tutorial": billingTutorial,
  setup,
  demo,
  dev,
};

const files = [
  "docker-compose.yml",
  "compose.tutorial.yml",
  "compose.federation.yml",
  "config/gateway.yaml",
  "config/issuer.yaml",
  "config/tutorial/gateway.yaml",
  "config/federation/issuer.yaml",
];

const folder = mkdtempSync(join(tmpdir(), "env-example-"));
const secret = join(folder, "secret");
writeFileSync(secret, Buffer.alloc(32, 1).toString("base64url"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Secrets are read when a configuration is: here, all of them from one file that is there. */
function withSecrets(env: Env): Env {
  const files = Object.keys(example).filter((name) => name.endsWith("_FILE"));
  return { ...env, ...Object.fromEntries(files.map((name) => [name, secret])) };
}

/** Clients' hashed secrets are files as well, which are not there: this registry has none. */
const registry = join(folder, "issuer.yaml");
writeFileSync(
  registry,
  "resources: [{ identifier: 'https://a.example', scopes: [a] }]\nclients: []\n",
);
const base: Env = { ISSUER_CONFIG: registry };

test.each(Object.keys(loaders))("%s: what .env.example says is the default", (name) => {
  const load = loaders[name] as (env: Env) => unknown;

  const asDocumented = load(withSecrets({ ...example, ...base }));

  expect(asDocumented).toEqual(load(withSecrets(base)));
});

/** The names that all services ask their environment for. */
function askedFor(): Set<string> {
  const asked = new Set<string>();
  const recording = new Proxy(withSecrets(base), {
    get: (env, name: string) => {
      asked.add(name);
      return env[name];
    },
  });
  for (const load of Object.values(loaders)) load(recording);
  return asked;
}

test("every variable that a service reads is in .env.example", () => {
  expect([...askedFor()].filter((name) => !(name in example))).toEqual([]);
});

test("every variable of the Compose and configuration files is in .env.example, as its default", () => {
  const uses = files.flatMap((file) => [
    ...read(file).matchAll(/\$\{([A-Z_]+):-((?:\$\{[^}]*\}|[^${}])*)\}/g),
  ]);
  expect(uses.length).toBeGreaterThan(20);

  for (const [, name = "", byDefault = ""] of uses) {
    const filledIn = byDefault.replace("${GATEWAY_PORT:-9001}", example.GATEWAY_PORT ?? "");
    expect(`${name}=${example[name]}`).toBe(`${name}=${filledIn}`);
  }
});

test("nothing is in .env.example that nobody reads", () => {
  const asked = askedFor();
  const inFiles = files.map(read).join("\n");

  const unread = Object.keys(example).filter(
    (name) => !asked.has(name) && !inFiles.includes(`\${${name}`),
  );
  expect(unread).toEqual([]);
});
