import { join } from "node:path";
import type { Env } from "@tollgate/shared/config";
import type { Ports } from "./ports.ts";

export type Stack = {
  publicUrl: string;
  gatewayPort: number;
  drainMs: number;
  /** The secrets' folder. */
  secrets: string;
  ports: Ports;
  postgres: { port: number };
};

const loopback = "127.0.0.1";

/** What docker-compose.yml gives each container, for processes on one machine. */
export function serviceEnvironments(env: Env, stack: Stack) {
  const { publicUrl, gatewayPort, secrets, ports, postgres } = stack;
  const issuerUrl = `http://127.0.0.1:${ports.issuer}`;
  const secret = (path: string) => join(secrets, path);
  const database = (user: string, name: string) =>
    `postgres://${user}@127.0.0.1:${postgres.port}/${name}`;
  const admin = database("postgres", "postgres");
  const drainMs = String(stack.drainMs);

  const issuer = {
    ...env,
    ISSUER_URL: publicUrl,
    ISSUER_HOST: loopback,
    ISSUER_PORT: String(ports.issuer),
    ISSUER_ADMIN_PORT: String(ports.admin.issuer),
    ISSUER_CONTROL_PORT: env.ISSUER_CONTROL_PORT || String(ports.control),
    ISSUER_DRAIN_MS: drainMs,
    ISSUER_SECRETS: secret("issuer"),
    ISSUER_DATABASE_URL: database("issuer_app", "issuer"),
    ISSUER_DATABASE_PASSWORD_FILE: secret("issuer/database_password"),
    ISSUER_WRAPPING_KEY_FILE: secret("issuer/wrapping_key"),
    ISSUER_COOKIE_KEYS_FILE: secret("issuer/cookie_keys"),
  };
  const billing = {
    ...env,
    BILLING_HOST: loopback,
    BILLING_PORT: String(ports.billing),
    BILLING_ADMIN_PORT: String(ports.admin.billing),
    BILLING_DRAIN_MS: drainMs,
    BILLING_ISSUER_URL: publicUrl,
    BILLING_JWKS_URI: `${issuerUrl}/oauth/jwks`,
    BILLING_DATABASE_URL: database("billing_app", "billing"),
    BILLING_DATABASE_PASSWORD_FILE: secret("billing/database_password"),
  };
  return {
    issuer,
    billing,
    gateway: {
      ...env,
      GATEWAY_HOST: env.GATEWAY_HOST || loopback, // the only one that somebody may want to open
      GATEWAY_PORT: String(gatewayPort),
      GATEWAY_ADMIN_PORT: String(ports.admin.gateway),
      GATEWAY_DRAIN_MS: drainMs,
      ISSUER_URL: publicUrl,
      ISSUER_UPSTREAM: issuerUrl,
      BILLING_UPSTREAM: `http://127.0.0.1:${ports.billing}`,
    },
    /** The superuser's and the owners' passwords are the jobs' alone. */
    migrateIssuer: {
      ...issuer,
      ISSUER_ADMIN_DATABASE_URL: admin,
      ISSUER_ADMIN_DATABASE_PASSWORD_FILE: secret("postgres/superuser_password"),
      ISSUER_OWNER_PASSWORD_FILE: secret("issuer-owner/password"),
    },
    migrateBilling: {
      ...billing,
      BILLING_ADMIN_DATABASE_URL: admin,
      BILLING_ADMIN_DATABASE_PASSWORD_FILE: secret("postgres/superuser_password"),
      BILLING_OWNER_PASSWORD_FILE: secret("billing-owner/password"),
    },
  };
}
