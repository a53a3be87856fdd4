import { truncateSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@tollgate/shared/testing/free-port";
import { loadCore, peerCore, runChild, startChild, untilUp } from "../machine/child.ts";
import { shippedNodeOptions } from "../machine/shipped-node-options.ts";
import type { Minter } from "./minter.ts";

const here = join(import.meta.dirname, "../../..");

export type MintingIssuer = {
  folder: string;
  /** A PostgreSQL with the password that setup made for its superuser. */
  postgresPort: number;
  nodeArguments?: readonly string[];
  /** Another checkout to run, to compare with this one. */
  root?: string;
  name?: string;
};

/**
 * The issuer with the configuration that is shipped: its clients, its log, its metrics, its audit
 * table in a real PostgreSQL, which runs on the load's core.
 */
export async function startMintingIssuer(options: MintingIssuer): Promise<Minter> {
  const { folder, nodeArguments = [], root = here, name = "issuer" } = options;
  const env = await environment(options);
  const log = join(folder, `${name}.log`);
  const out = join(folder, `${name}-access.log`);
  const service = join(root, "services/issuer/src");
  await runChild({
    name: "the issuer's migrations",
    core: loadCore,
    command: [process.execPath, join(service, "migrate.ts")],
    log,
    env,
    timeoutMs: 60_000,
  });
  const command = [process.execPath, ...nodeArguments, join(service, "main.ts")];
  const child = startChild({ name, core: peerCore, command, log, out, env });
  const ready = `http://127.0.0.1:${env.ISSUER_ADMIN_PORT}/readyz`;
  await untilUp(child, log, async () => (await fetch(ready)).status === 200);
  const origin = `http://127.0.0.1:${env.ISSUER_PORT}`;
  return { ...child, origin, issuer: env.ISSUER_URL, forgetLog: () => truncateSync(out) };
}

async function environment({ folder, postgresPort, root = here, name = "issuer" }: MintingIssuer) {
  const secret = (path: string) => join(folder, "secrets", path);
  const login = (user: string, database: string) =>
    `postgres://${user}@127.0.0.1:${postgresPort}/${database}`;
  return {
    NODE_ENV: "production",
    NODE_OPTIONS: shippedNodeOptions(root),
    ISSUER_URL: "http://localhost:9001",
    ISSUER_CONFIG: join(root, "config/issuer.yaml"),
    ISSUER_HOST: "127.0.0.1",
    ISSUER_PORT: String(await freePort()),
    ISSUER_ADMIN_PORT: String(await freePort()),
    ISSUER_CONTROL_PORT: String(await freePort()),
    ISSUER_DRAIN_MS: "500",
    ISSUER_SECRETS: secret("issuer"),
    ISSUER_DATABASE_URL: login("issuer_app", name),
    ISSUER_DATABASE_PASSWORD_FILE: secret("issuer/database_password"),
    ISSUER_WRAPPING_KEY_FILE: secret("issuer/wrapping_key"),
    ISSUER_COOKIE_KEYS_FILE: secret("issuer/cookie_keys"),
    ISSUER_ADMIN_DATABASE_URL: login("postgres", "postgres"),
    ISSUER_ADMIN_DATABASE_PASSWORD_FILE: secret("postgres/superuser_password"),
    ISSUER_OWNER_PASSWORD_FILE: secret("issuer-owner/password"),
  };
}
