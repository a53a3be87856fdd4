import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@tollgate/shared/testing/free-port";
import { type Child, peerCore, runChild, startChild, untilUp } from "../machine/child.ts";
import type { Issuer } from "../machine/issuer.ts";
import { type Postgres, superuserPassword } from "./start-postgres.ts";

const root = join(import.meta.dirname, "../../..");
const password = "for-the-bench-only";

export type Service = Child & {
  readonly url: string;
  readonly ownerUrl: string;
  /** Runs one of the commands of `billing`; false when it failed. */
  run(command: string): Promise<boolean>;
};

export type ServiceOptions = {
  folder: string;
  issuer: Issuer;
  postgres: Postgres;
  nodeArguments?: readonly string[];
  root?: string;
};

/** Billing as it is by default, on a database that its own job has migrated. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { folder, issuer, postgres, nodeArguments = [], root: checkout = root } = options;
  const [port, adminPort] = [await freePort(), await freePort()];
  const log = join(folder, "billing.log");
  const out = join(folder, "billing-access.log");
  const databaseUrl = (user: string, name: string) =>
    `postgres://${user}@127.0.0.1:${postgres.port}/${name}`;
  const env = {
    NODE_ENV: "production",
    BILLING_HOST: "127.0.0.1",
    BILLING_PORT: String(port),
    BILLING_ADMIN_PORT: String(adminPort),
    BILLING_DRAIN_MS: "500",
    BILLING_ISSUER_URL: issuer.url,
    BILLING_JWKS_URI: issuer.jwksUri,
    BILLING_DATABASE_URL: databaseUrl("billing_app", "billing"),
    BILLING_DATABASE_PASSWORD_FILE: secretFile(folder, "app", password),
    BILLING_ADMIN_DATABASE_URL: databaseUrl("postgres", "postgres"),
    BILLING_ADMIN_DATABASE_PASSWORD_FILE: secretFile(folder, "superuser", superuserPassword),
    BILLING_OWNER_PASSWORD_FILE: secretFile(folder, "owner", password),
  };
  const program = (file: string) => join(checkout, "services/billing/src", file);
  const node = [process.execPath, ...nodeArguments];
  const job = { core: peerCore, log, out, env, timeoutMs: 300_000 };
  await runChild({ ...job, name: "migrate", command: [...node, program("migrate.ts")] });

  const child = startChild({ ...job, name: "billing", command: [...node, program("main.ts")] });
  const ready = `http://127.0.0.1:${adminPort}/readyz`;
  await untilUp(child, log, async () => (await fetch(ready)).status === 200);
  const ownerUrl = databaseUrl(`billing_owner:${password}`, "billing");
  const run = (command: string) =>
    runChild({ ...job, name: command, command: [...node, program("bin/billing.ts"), command] })
      .then(() => true)
      .catch(() => false);
  return { ...child, url: `http://127.0.0.1:${port}`, ownerUrl, run };
}

function secretFile(folder: string, name: string, secret: string): string {
  const file = join(folder, `${name}.password`);
  writeFileSync(file, secret, { mode: 0o600 });
  return file;
}
