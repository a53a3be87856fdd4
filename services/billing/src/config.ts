import { type Env, readConfig } from "@tollgate/shared/config";
import {
  readAppUrl,
  readMigrateSettings,
  readOwnerUrl,
} from "@tollgate/shared/postgres/database-settings";

export type BillingConfig = ReturnType<typeof loadConfig>;

/** Every variable of the service: its bounds, its default, named once. */
export function loadConfig(env: Env) {
  return readConfig(env, (read) => ({
    host: read.host("BILLING_HOST"),
    port: read.integer("BILLING_PORT", ports, 8080),
    adminPort: read.integer("BILLING_ADMIN_PORT", ports, 9090),
    drainMs: read.integer("BILLING_DRAIN_MS", { min: 0, max: 600_000 }, 25_000),
    tokens: {
      issuer: read.issuer("BILLING_ISSUER_URL", { example: issuer }, issuer),
      jwksUri: read.url("BILLING_JWKS_URI", { example: jwksUri }, jwksUri),
      audience: read.text("BILLING_AUDIENCE", { example: audience }, audience),
      keysFreshMs: read.integer("BILLING_JWKS_FRESH_SECONDS", { min: 1, max: 86_400 }, 600) * 1_000,
    },
    database: {
      url: readAppUrl("billing", read),
      poolSize: read.integer("BILLING_DATABASE_POOL", { min: 1, max: 200 }, 10),
    },
    idempotencyHours: read.integer("BILLING_IDEMPOTENCY_HOURS", { min: 1, max: 720 }, 24),
  }));
}

/** What the one-shot migrate job needs besides: a superuser (unless "none") and the owner role. */
export function loadMigrateConfig(env: Env) {
  return readMigrateSettings("billing", env);
}

const issuer = "http://localhost:9001";
const jwksUri = "http://issuer:8080/oauth/jwks";
const audience = "https://billing.tollgate.internal";

/** The owner of the tables, for jobs that look at every tenant. */
export function loadOwnerConfig(env: Env) {
  return readConfig(env, (read) => ({ ownerUrl: readOwnerUrl("billing", read) }));
}

const ports = { min: 0, max: 65_535 };
