import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { ConfigError } from "@tollgate/shared/config";
import { loadConfig, loadMigrateConfig } from "../src/config.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "billing-config-"));
  writeFileSync(join(folder, "password"), "p@ss/word\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

const secret = () => ({ BILLING_DATABASE_PASSWORD_FILE: join(folder, "password") });

function faultsOf(load: () => unknown): readonly string[] {
  try {
    load();
    return [];
  } catch (error) {
    return (error as ConfigError).faults;
  }
}

test("with a password file alone everything has its default", () => {
  const config = loadConfig(secret());

  expect(config).toMatchObject({
    port: 8080,
    adminPort: 9090,
    tokens: { issuer: "http://localhost:9001", audience: "https://billing.tollgate.internal" },
    database: { poolSize: 10 },
  });
  const { username, password, hostname, pathname } = new URL(config.database.url);
  expect([username, decodeURIComponent(password), hostname, pathname]).toEqual([
    "billing_app",
    "p@ss/word",
    "postgres",
    "/billing",
  ]);
});

test("all faults are named at once", () => {
  const faults = faultsOf(() =>
    loadConfig({
      BILLING_PORT: "http",
      BILLING_ISSUER_URL: "localhost",
      BILLING_DATABASE_URL: "mysql://billing",
      BILLING_DATABASE_PASSWORD_FILE: join(folder, "missing"),
      BILLING_DATABASE_POOL: "0",
    }),
  );

  expect(faults.map((fault) => fault.split(" ")[0])).toEqual([
    "BILLING_PORT",
    "BILLING_ISSUER_URL",
    "BILLING_DATABASE_URL",
    "BILLING_DATABASE_PASSWORD_FILE",
    "BILLING_DATABASE_POOL",
  ]);
});

test("migrations need no superuser when they are told so", () => {
  const files = { ...secret(), BILLING_OWNER_PASSWORD_FILE: join(folder, "password") };

  expect(loadMigrateConfig({ ...files, BILLING_ADMIN_DATABASE_URL: "none" }).adminUrl).toBe(
    undefined,
  );
  expect(faultsOf(() => loadMigrateConfig(files))).toEqual([
    expect.stringContaining("BILLING_ADMIN_DATABASE_PASSWORD_FILE"),
  ]);
});
