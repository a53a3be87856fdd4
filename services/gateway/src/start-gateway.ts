import type { Env } from "@tollgate/shared/config";
import { createAdmin, type ReadinessChecks } from "@tollgate/shared/health";
import type { Log } from "@tollgate/shared/log";
import { createMetrics, requestDuration } from "@tollgate/shared/metrics";
import { serve } from "@tollgate/shared/serve";
import { createGateway } from "./app.ts";
import type { GatewayConfig } from "./config.ts";
import { listenForTrouble } from "./http/listen-for-trouble.ts";
import { createLivePolicy, type LivePolicy } from "./routes/live-policy.ts";
import type { Policy } from "./routes/policy.ts";
import { createUpstreams } from "./upstream/upstreams.ts";

/** Puts the parts together and listens; disposing drains. Throws ConfigError with every fault. */
export async function startGateway(config: GatewayConfig, env: Env, log: Log) {
  await using parts = new AsyncDisposableStack();
  const upstreams = parts.use(createUpstreams(Date.now));
  const onChange = ({ table }: Policy) => upstreams.retain(table.routes);
  const policy = parts.use(createLivePolicy({ path: config.routesFile, env, log, onChange }));
  const metrics = createMetrics("gateway");
  const duration = requestDuration(metrics);
  const app = createGateway({
    log,
    now: Date.now,
    observe: (method, route, status, ms) =>
      duration.labels(method, route, String(status)).observe(ms / 1000),
    policy: policy.current,
    upstreams,
  }).callback();

  const adminPort = { port: config.adminPort, variable: "GATEWAY_ADMIN_PORT", drainMs: 0 };
  const admin = parts.use(await serve(createAdmin(readiness(policy), metrics), adminPort));
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

  const open = parts.move();
  return {
    port: listening.port,
    adminPort: admin.port,
    reload: policy.reload,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Ready when every issuer's keys can be had: without them none of its tokens can be judged. */
function readiness(policy: LivePolicy): ReadinessChecks {
  return {
    "issuers' keys": async () => {
      const { clients } = policy.current().trusted;
      for (const { issuer, client } of clients) {
        if (!client.isUsable()) await client.warmUp();
        if (!client.isUsable()) throw new Error(`the keys of ${issuer} cannot be had`);
      }
    },
  };
}
