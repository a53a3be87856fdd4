import { type Env, type Reader, readConfig } from "@tollgate/shared/config";

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
      url: readAppUrl(read),
      poolSize: read.integer("BILLING_DATABASE_POOL", { min: 1, max: 200 }, 10),
    },
    idempotencyHours: read.integer("BILLING_IDEMPOTENCY_HOURS", { min: 1, max: 720 }, 24),
  }));
}

export type MigrateConfig = ReturnType<typeof loadMigrateConfig>;

/** What the one-shot migrate job needs besides: a superuser (unless "none") and the owner role. */
export function loadMigrateConfig(env: Env) {
  return readConfig(env, (read) => ({
    adminUrl: env.BILLING_ADMIN_DATABASE_URL === "none" ? undefined : readAdminUrl(read),
    owner: {
      name: "billing_owner",
      password: secret(read, "BILLING_OWNER_PASSWORD_FILE", "billing-owner/password"),
    },
    appUrl: readAppUrl(read),
  }));
}

const issuer = "http://localhost:9001";
const jwksUri = "http://issuer:8080/oauth/jwks";
const audience = "https://billing.tollgate.internal";

/** The owner of the tables, for jobs that look at every tenant. */
export function loadOwnerConfig(env: Env) {
  return readConfig(env, (read) => {
    const address = readAppAddress(read);
    if (address !== undefined) address.username = "billing_owner";
    const file = "billing-owner/password";
    return { ownerUrl: withPassword(address, secret(read, "BILLING_OWNER_PASSWORD_FILE", file)) };
  });
}

const ports = { min: 0, max: 65_535 };

function readAppAddress(read: Reader): URL | undefined {
  const byDefault = "postgres://billing_app@postgres:5432/billing";
  return read.postgresUrl("BILLING_DATABASE_URL", { example: byDefault }, byDefault);
}

function readAppUrl(read: Reader): string {
  const address = readAppAddress(read);
  const password = secret(read, "BILLING_DATABASE_PASSWORD_FILE", "billing/database_password");
  return withPassword(address, password);
}

function readAdminUrl(read: Reader): string {
  const byDefault = "postgres://postgres@postgres:5432/postgres";
  const address = read.postgresUrl("BILLING_ADMIN_DATABASE_URL", { example: byDefault }, byDefault);
  const file = "postgres/superuser_password";
  return withPassword(address, secret(read, "BILLING_ADMIN_DATABASE_PASSWORD_FILE", file));
}

function secret(read: Reader, name: string, file: string): string {
  const path = `/run/tollgate/${file}`;
  return read.secretFile(name, { example: path }, path);
}

/** A part that is faulty is undefined here: readConfig reports it before the result is used. */
function withPassword(address: URL | undefined, password: string | undefined): string {
  if (address === undefined || password === undefined) return "";
  address.password = encodeURIComponent(password);
  return address.href;
}
