import type { Env } from "@tollgate/shared/config";
import { createAdmin, type ReadinessChecks } from "@tollgate/shared/health";
import type { Log } from "@tollgate/shared/log";
import { createMetrics, requestDuration } from "@tollgate/shared/metrics";
import { serve } from "@tollgate/shared/serve";
import { createGateway } from "./app.ts";
import type { GatewayConfig } from "./config.ts";
import { listenForTrouble } from "./http/listen-for-trouble.ts";
import { measureTokens } from "./measure-tokens.ts";
import { describeFeeds } from "./revocation/describe-feeds.ts";
import { createRevocations, type Revocations } from "./revocation/revocations.ts";
import { createLivePolicy, type LivePolicy } from "./routes/live-policy.ts";
import type { Policy } from "./routes/policy.ts";
import { createUpstreams } from "./upstream/upstreams.ts";

/** Puts the parts together and listens; disposing drains. Throws ConfigError with every fault. */
export async function startGateway(config: GatewayConfig, env: Env, log: Log) {
  await using parts = new AsyncDisposableStack();
  const upstreams = parts.use(createUpstreams({ log, now: () => performance.now() }));
  const revocations = parts.use(createRevocations({ log, now: Date.now }));
  const onChange = ({ table, issuers }: Policy) => {
    upstreams.retain(table.routes);
    revocations.retain(issuers);
  };
  const policy = parts.use(createLivePolicy({ path: config.routesFile, env, log, onChange }));
  onChange(policy.current());
  const metrics = createMetrics("gateway");
  measureTokens(metrics, { policy: policy.current, statuses: revocations.statuses });
  const duration = requestDuration(metrics);
  const app = createGateway({
    log,
    now: Date.now,
    observe: (method, route, status, ms) =>
      duration.labels(method, route, String(status)).observe(ms / 1000),
    policy: policy.current,
    upstreams,
    revocations,
  }).callback();

  const { host } = config;
  const adminPort = { host, port: config.adminPort, variable: "GATEWAY_ADMIN_PORT", drainMs: 0 };
  const admin = parts.use(
    await serve(createAdmin(readiness(policy, revocations), metrics), adminPort),
  );
  const listening = parts.use(
    await serve(app, {
      host,
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
function readiness(policy: LivePolicy, revocations: Revocations): ReadinessChecks {
  return {
    revocations: () => {
      const { isReady, text } = describeFeeds(revocations.statuses());
      if (!isReady) throw new Error(text);
      return text;
    },
    "issuers' keys": async () => {
      const { clients } = policy.current().trusted;
      for (const { issuer, client } of clients) {
        if (!client.isUsable()) await client.warmUp();
        if (!client.isUsable()) throw new Error(`the keys of ${issuer} cannot be had`);
      }
    },
  };
}
