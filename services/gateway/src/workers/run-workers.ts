import cluster from "node:cluster";
import { ConfigError, type Env } from "@tollgate/shared/config";
import { createAdmin, type ReadinessChecks } from "@tollgate/shared/health";
import type { Log } from "@tollgate/shared/log";
import { createMetrics } from "@tollgate/shared/metrics";
import type { Running } from "@tollgate/shared/run-service";
import { serve } from "@tollgate/shared/serve";
import type { GatewayConfig } from "../config.ts";
import { checkRoutes } from "../routes/check-routes.ts";
import { readRoutesFile, watchFile } from "../routes/watch-file.ts";
import { type Crew, createCrew } from "./crew.ts";
import { createMergedMetrics } from "./merged-metrics.ts";
import { createSharedLimits } from "./shared-limits.ts";

/** What a worker counted since then is lost when it crashes. */
const noteEveryMs = 5_000;
/** Beyond the drain's own deadline: a worker that has not even ended by then is stuck. */
const lastResortMs = 2_000;

/**
 * The gateway as several processes that share its port. This one serves no request: it keeps the
 * workers running, the routes in force, the limits they share, and the one admin port.
 */
export async function runWorkers(config: GatewayConfig, env: Env, { log, stopped }: Running) {
  let routes = readRoutesFile(config.routesFile);
  checkRoutes(config.routesFile, routes, env, log);
  // The kernel gives a connection to whichever worker is free: no hop through this process.
  cluster.schedulingPolicy = cluster.SCHED_NONE;

  const others = (except: number) => [...crew.members.values()].filter(({ id }) => id !== except);
  const limits = createSharedLimits(config.workers, {
    now: () => performance.now(),
    isAlive: (worker) => crew.members.has(worker),
    recall: (name, except) => others(except).map(({ id, ask }) => [id, ask("idleSlots", name)]),
  });
  const metrics = createMergedMetrics(createMetrics("gateway"), () =>
    [...crew.members.values()].map(({ id, ask }) => [id, ask("metrics", undefined)]),
  );
  const noting = setInterval(() => void metrics.refresh(), noteEveryMs).unref();
  const crew = createCrew(config.workers, {
    log,
    answersFor: (id) => ({
      routes: () => routes,
      lease: limits.lease,
      slots: (question) => limits.slots(id, question),
    }),
    onGone(id) {
      limits.forget(id);
      metrics.retire(id);
    },
  });

  let isStopping = false;
  const checks = readiness(crew, config.workers, () => isStopping);
  const { host } = config;
  const adminPort = { host, port: config.adminPort, variable: "GATEWAY_ADMIN_PORT", drainMs: 0 };
  await using admin = await serve(createAdmin(checks, metrics), adminPort);

  function offer(text: string | undefined): void {
    if (!isGood(config.routesFile, text, env, log)) return;
    routes = text;
    for (const { ask } of crew.members.values()) {
      if (text !== undefined) ask("replaceRoutes", text).catch(() => {});
    }
  }
  using file = watchFile({ path: config.routesFile, text: routes, onChange: offer });
  process.on("SIGHUP", file.readNow);

  try {
    const port = await Promise.race([crew.start(), stopped]);
    if (port !== undefined) {
      const admin_port = admin.port;
      const line = { event: "listening", port, admin_port, workers: config.workers };
      log.info(line, `${config.workers} workers are listening on port ${port}`);
    }
    await stopped;
  } finally {
    isStopping = true;
    clearInterval(noting);
    await crew.stop(config.drainMs + lastResortMs);
  }
}

function isGood(path: string, text: string | undefined, env: Env, log: Log): boolean {
  try {
    checkRoutes(path, text, env, log);
    return true;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const line = { event: "routes_not_reloaded", faults: error.faults };
    log.error(line, `the routes in force stay as they were: ${error.message}`);
    return false;
  }
}

/** Ready when every worker is. */
function readiness(crew: Crew, count: number, isStopping: () => boolean): ReadinessChecks {
  return {
    "taking requests": () => {
      if (isStopping()) throw new Error("the gateway is stopping");
    },
    workers: async () => {
      const listening = [...crew.members.values()].filter((each) => each.isListening);
      if (listening.length < count) {
        throw new Error(`${listening.length} of ${count} workers are listening`);
      }
      for (const { id, ask } of listening) {
        const { ready, checks } = await ask("readiness", undefined);
        if (!ready) throw new Error(`worker ${id}: ${Object.values(checks).join(", ")}`);
      }
    },
  };
}
