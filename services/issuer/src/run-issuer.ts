import type { RequestListener } from "node:http";
import { createAdmin } from "@tollgate/shared/health";
import type { Log } from "@tollgate/shared/log";
import { createMetrics, requestDuration } from "@tollgate/shared/metrics";
import type { Running } from "@tollgate/shared/run-service";
import { serve } from "@tollgate/shared/serve";
import { createControl } from "./admin/create-control.ts";
import { createIssuer } from "./app.ts";
import type { IssuerConfig } from "./config.ts";
import { openParts } from "./open-parts.ts";
import { pingDatabase } from "./store/database.ts";

export type Around = (issuer: RequestListener) => RequestListener;

/** Serves until it is told to stop, or knows that it never can. */
export async function runIssuer(config: IssuerConfig, { log, stopped }: Running, around?: Around) {
  await using issuer = await startIssuer(config, log, around);
  await Promise.race([stopped, issuer.failed]);
}

/** Opens what the issuer needs and listens; disposing drains and closes all of it. */
export async function startIssuer(
  config: IssuerConfig,
  log: Log,
  around: Around = (issuer) => issuer,
  now: () => number = Date.now,
) {
  await using opened = new AsyncDisposableStack();
  const parts = opened.use(openParts(config, log, now));
  const { database, kept, news, userDirectory } = parts;

  const metrics = createMetrics("issuer");
  const issuer = createIssuer(config, { ...parts, log, duration: requestDuration(metrics) });
  const checks = {
    database: () => pingDatabase(database),
    keys: () => kept.check(),
    users: userDirectory.check,
  };
  const { host } = config;
  const { port: adminPort } = opened.use(
    await serve(createAdmin(checks, metrics), {
      host,
      port: config.adminPort,
      variable: "ISSUER_ADMIN_PORT",
      drainMs: 1_000,
    }),
  );
  const { port: controlPort } = opened.use(
    await serve(createControl(parts, log).callback(), {
      port: config.controlPort,
      host: "127.0.0.1",
      variable: "ISSUER_CONTROL_PORT",
      drainMs: 1_000,
    }),
  );
  const { port } = opened.use(
    await serve(around(issuer.callback()), {
      host,
      port: config.port,
      variable: "ISSUER_PORT",
      drainMs: config.drainMs,
    }),
  );
  opened.use(news); // before the port drains, those who wait for news are sent home
  log.info({ event: "started", port, issuer: config.issuer }, "the issuer listens");

  const open = opened.move();
  return {
    port,
    adminPort,
    controlPort,
    failed: kept.failed,
    /** Resolves once what happened so far is in the audit table. */
    audited: parts.trail.written,
    /** Who the people are, for whoever is in this process. */
    users: parts.users,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
