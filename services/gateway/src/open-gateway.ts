import type { Env } from "@tollgate/shared/config";
import type { ReadinessChecks } from "@tollgate/shared/health";
import type { Log } from "@tollgate/shared/log";
import { serve } from "@tollgate/shared/serve";
import type { Registry } from "prom-client";
import { createGateway } from "./app.ts";
import type { GatewayConfig } from "./config.ts";
import { listenForTrouble } from "./http/listen-for-trouble.ts";
import type { Limits } from "./limits/limits.ts";
import { createPressure } from "./limits/pressure.ts";
import { watchPressure } from "./limits/watch-pressure.ts";
import { measureRequests } from "./measure-requests.ts";
import { measureTokens } from "./measure-tokens.ts";
import { describeFeeds } from "./revocation/describe-feeds.ts";
import { createRevocations, type Revocations } from "./revocation/revocations.ts";
import { createLivePolicy, type LivePolicy } from "./routes/live-policy.ts";
import type { Policy } from "./routes/policy.ts";
import { reportRefusal } from "./steps/log-request.ts";
import { countTunnels } from "./upgrade/count-tunnels.ts";
import { listenForUpgrades } from "./upgrade/listen-for-upgrades.ts";
import { createOpenStreams } from "./upgrade/open-streams.ts";
import { createTunnels } from "./upgrade/tunnels.ts";
import { isWebSocketHandshake } from "./upgrade/websocket-handshake.ts";
import { createUpstreams } from "./upstream/upstreams.ts";

export type GatewayParts = {
  env: Env;
  log: Log;
  /** The text of the routes' file. */
  routes: string | undefined;
  limits: Limits;
  metrics: Registry;
};

export type OpenGateway = AsyncDisposable & {
  readonly port: number;
  readonly readiness: ReadinessChecks;
  replaceRoutes(text: string | undefined): boolean;
};

/** Puts the parts together and listens; disposing drains. Throws ConfigError with every fault. */
export async function openGateway(
  config: GatewayConfig,
  parts: GatewayParts,
): Promise<OpenGateway> {
  const { env, log, limits, metrics } = parts;
  await using opened = new AsyncDisposableStack();
  const upstreams = opened.use(createUpstreams({ log, now: () => performance.now() }));
  const revocations = opened.use(createRevocations({ log, now: Date.now }));
  const onChange = ({ table, issuers }: Policy) => {
    upstreams.retain(table.routes);
    revocations.retain(issuers);
  };
  const source = { text: parts.routes, path: config.routesFile };
  const policy = createLivePolicy({ ...source, env, log, onChange });
  onChange(policy.current());
  measureTokens(metrics, { policy: policy.current, statuses: revocations.statuses });
  const pressure = createPressure(
    () => policy.current().overload,
    () => performance.now(),
  );
  opened.use(watchPressure(pressure));
  const traffic = { active: 0 };
  const streams = createOpenStreams({
    now: Date.now,
    toleranceSeconds: (issuer) => policy.current().trusted.toleranceSeconds(issuer),
    onRevoked: revocations.onRevoked,
  });
  const tunnels = createTunnels({ max: config.maxTunnels, streams, traffic });
  countTunnels(metrics, () => tunnels.size);
  const gauges = { active: () => traffic.active, sheddingShare: () => pressure.share };
  const observe = measureRequests(metrics, gauges);
  const app = createGateway({
    log,
    observe,
    policy: policy.current,
    upstreams,
    revocations,
    limits,
    pressure,
    traffic,
    streams,
    tunnels,
  }).callback();

  const listening = opened.use(
    await serve(app, {
      host: config.host,
      port: config.port,
      variable: "GATEWAY_PORT",
      drainMs: config.drainMs,
      noticeMs: config.drainNoticeMs,
      server: {
        requireHostHeader: false,
        requestTimeout: 300_000,
        shouldUpgradeCallback: isWebSocketHandshake,
      },
    }),
  );
  listenForTrouble(listening.server, listening.answer, (problem, peer) => {
    reportRefusal({ log, observe }, problem, peer);
  });

  listenForUpgrades(listening.server, listening.answer);
  // What has no end by itself is ended once no connection is taken any more: it would come back.
  opened.defer(() => void setTimeout(streams.leave, config.drainNoticeMs));

  const open = opened.move();
  return {
    port: listening.port,
    readiness: readiness(policy, revocations, () => listening.isDraining),
    replaceRoutes: policy.replace,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Ready when every issuer's keys can be had: without them none of its tokens can be judged. */
function readiness(
  policy: LivePolicy,
  revocations: Revocations,
  isDraining: () => boolean,
): ReadinessChecks {
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
    "taking requests": () => {
      if (isDraining()) throw new Error("the gateway is stopping");
    },
  };
}
