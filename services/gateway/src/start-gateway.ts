import { ConfigError, type Env } from "@tollgate/shared/config";
import { createAdmin, type ReadinessChecks } from "@tollgate/shared/health";
import type { Log } from "@tollgate/shared/log";
import { createMetrics, requestDuration } from "@tollgate/shared/metrics";
import { serve } from "@tollgate/shared/serve";
import { createTokenVerifier } from "@tollgate/shared/tokens/verify-token";
import { readYamlFile } from "@tollgate/shared/yaml-file";
import { createGateway } from "./app.ts";
import type { GatewayConfig } from "./config.ts";
import { listenForTrouble } from "./http/listen-for-trouble.ts";
import { createTrustedIssuers, type IssuerKeys } from "./keys/trusted-issuers.ts";
import { createRouteTable } from "./routes/route-table.ts";
import { routesSchema } from "./routes/schema.ts";
import { rememberVerified } from "./tokens/remember-verified.ts";
import { createVerificationLane } from "./tokens/verification-lane.ts";
import { createProvenance } from "./upstream/provenance.ts";
import { createUpstreams } from "./upstream/upstreams.ts";

/** Puts the parts together and listens; disposing drains. Throws ConfigError with every fault. */
export async function startGateway(config: GatewayConfig, env: Env, log: Log) {
  const file = readYamlFile(config.routesFile, routesSchema, env);
  const trusted = createTrustedIssuers(file.issuers, log);
  const { clients } = trusted;
  const metrics = createMetrics("gateway");
  const duration = requestDuration(metrics);
  const table = createRouteTable(file.routes);
  const provenance = createProvenance(file.trusted_proxies);
  warnOfTutorial(file.routes, log);

  await using parts = new AsyncDisposableStack();
  const upstreams = parts.use(createUpstreams());
  const app = createGateway({
    log,
    now: Date.now,
    observe: (method, route, status, ms) =>
      duration.labels(method, route, String(status)).observe(ms / 1000),
    routes: () => table,
    provenance: () => provenance,
    proveToken: rememberVerified({
      verifyToken: createTokenVerifier(trusted.issuers),
      keysInForce: trusted.keysInForce,
      toleranceSeconds: trusted.toleranceSeconds,
      lane: createVerificationLane({}, Date.now),
      now: Date.now,
    }),
    upstreams,
  }).callback();

  const admin = createAdmin(readiness(clients), metrics);
  parts.use(
    await serve(admin, { port: config.adminPort, variable: "GATEWAY_ADMIN_PORT", drainMs: 0 }),
  );
  const listening = parts.use(
    await serve(app, {
      port: config.port,
      variable: "GATEWAY_PORT",
      drainMs: config.drainMs,
      server: { requireHostHeader: false, requestTimeout: 300_000 },
    }),
  );
  listenForTrouble(listening.server, app, (problem, peer) => {
    log.info({ event: "request_refused", status: problem.status, reason: problem.code, peer });
  });
  for (const { client } of clients) void client.warmUp();

  const open = parts.move();
  return { port: listening.port, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

/** Ready when every issuer's keys can be had: without them no token of its can be judged. */
function readiness(clients: readonly IssuerKeys[]): ReadinessChecks {
  return Object.fromEntries(
    clients.map(({ issuer, client }) => [
      `keys of ${issuer}`,
      async () => {
        if (!client.isUsable()) await client.warmUp();
        if (!client.isUsable()) throw new ConfigError(["the issuer's keys could not be fetched"]);
      },
    ]),
  );
}

function warnOfTutorial(routes: readonly { path: string; tutorial?: unknown }[], log: Log): void {
  for (const { path, tutorial } of routes) {
    if (tutorial === undefined) continue;
    log.warn(
      { event: "tutorial_route", route: path },
      "this route takes tokens signed with a shared secret: it is for learning, not for use",
    );
  }
}
