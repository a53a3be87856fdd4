import type { RequestListener } from "node:http";
import { createAdmin, type ReadinessChecks } from "@tollgate/shared/health";
import { createJwksClient, type JwksClient } from "@tollgate/shared/jwks/jwks-client";
import type { Log } from "@tollgate/shared/log";
import { createMetrics, requestDuration } from "@tollgate/shared/metrics";
import { serve } from "@tollgate/shared/serve";
import { createTokenVerifier } from "@tollgate/shared/tokens/verify-token";
import { createBilling } from "./app.ts";
import type { BillingConfig } from "./config.ts";
import { countTransactions, watchPool } from "./metrics.ts";
import { type Database, openDatabase } from "./store/database.ts";
import { startSweeper } from "./store/idempotency-sweeper.ts";
import { createRoleGuard, type RoleGuard, requireSchema } from "./store/role-guard.ts";
import { createRunInTenant } from "./store/tenant-transaction.ts";

export type BillingOptions = {
  log: Log;
  now?: () => Date;
  /** Puts something in front of the API; the tutorial does. */
  wrap?: (api: RequestListener) => RequestListener;
};

/**
 * Makes billing's dependencies and serves. Starts while PostgreSQL or the issuer are down. `fault`
 * rejects when the database turns out to be one that it must not serve from.
 */
export async function startBilling(config: BillingConfig, options: BillingOptions) {
  const { log, now = () => new Date(), wrap = (api) => api } = options;
  await using opened = new AsyncDisposableStack();
  const metrics = createMetrics("billing");
  const { db, pool, ...database } = openDatabase({
    ...config.database,
    onBroken: (err) => log.warn({ event: "database_connection_lost", err }, "connection lost"),
  });
  opened.use(database);
  watchPool(metrics, pool);

  const guard = createRoleGuard(db);
  const jwks = createKeys(config, log);
  const billing = createBilling(config, {
    log,
    now,
    verifyToken: verifierOf(config, jwks, now),
    runInTenant: createRunInTenant({ db, guard, ...countTransactions(metrics) }),
    duration: requestDuration(metrics),
  });

  opened.use(startSweeper(db, log));
  const admin = createAdmin(checksOf(db, guard, jwks), metrics);
  const { host, port, adminPort, drainMs } = config;
  const ready = opened.use(
    await serve(admin, { host, port: adminPort, variable: "BILLING_ADMIN_PORT", drainMs: 0 }),
  );
  const handler = wrap(billing.callback());
  const api = opened.use(await serve(handler, { host, port, variable: "BILLING_PORT", drainMs }));
  void jwks.warmUp();
  guard.check().catch((err) => log.warn({ event: "database_unavailable", err }, "not ready yet"));
  log.info({ event: "started", port: api.port, admin_port: ready.port }, "billing listens");

  const { fault } = guard;
  const rest = opened.move();
  const listening = { port: api.port, adminPort: ready.port, fault };
  return { ...listening, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

function createKeys({ tokens }: BillingConfig, log: Log): JwksClient {
  const options = { url: tokens.jwksUri, algorithms, freshMs: tokens.keysFreshMs };
  return createJwksClient(options, {
    onFetch: (outcome) => {
      if (outcome.ok) log.info({ event: "keys_fetched", keys: outcome.keys }, "keys fetched");
      else log.warn({ event: "keys_fetch_failed", reason: outcome.reason }, "no keys fetched");
    },
  });
}

const algorithms = ["ES256", "EdDSA", "RS256"];

function verifierOf({ tokens }: BillingConfig, jwks: JwksClient, now: () => Date) {
  const policy = {
    issuer: tokens.issuer,
    algorithms,
    tokenTypes: ["at+jwt"],
    maxLifetimeSeconds: 3_600,
    clockToleranceSeconds: 5,
  };
  return createTokenVerifier([{ policy, findKey: jwks.findKey }], () => now().getTime());
}

function checksOf(db: Database, guard: RoleGuard, jwks: JwksClient): ReadinessChecks {
  return {
    database: async () => {
      await guard.check();
      await requireSchema(db);
    },
    keys: async () => {
      if (!jwks.isUsable()) await jwks.warmUp();
      if (!jwks.isUsable()) throw new Error("the issuer's keys cannot be had");
    },
  };
}
