import cluster from "node:cluster";
import { ConfigError, type Env } from "@tollgate/shared/config";
import { runChecks } from "@tollgate/shared/health";
import { createMetrics } from "@tollgate/shared/metrics";
import type { Running } from "@tollgate/shared/run-service";
import type { GatewayConfig } from "../config.ts";
import { type OpenGateway, openGateway } from "../open-gateway.ts";
import { createChannel } from "./channel.ts";
import { createLeasedLimits } from "./leased-limits.ts";
import type { MetricsSnapshot, PrimaryAnswers, WorkerAnswers } from "./protocol.ts";

/** One of the gateway's workers: it serves the port, and leaves everything else to the primary. */
export async function runWorker(config: GatewayConfig, env: Env, running: Running): Promise<void> {
  const log = running.log.child({ worker: cluster.worker?.id });
  const { promise: told, resolve: stop } = Promise.withResolvers<void>();
  const metrics = createMetrics("gateway");
  let gateway: OpenGateway | undefined;
  let newer: string | undefined;

  const answers: WorkerAnswers = {
    replaceRoutes(text) {
      newer = text;
      return gateway?.replaceRoutes(text) ?? false;
    },
    readiness: () => runChecks(gateway?.readiness ?? starting),
    metrics: async () => (await metrics.getMetricsAsJSON()) as MetricsSnapshot,
    idleSlots: (name) => limits.giveBackIdle(name),
    stop,
  };
  const primary = createChannel<PrimaryAnswers>((message) => {
    if (process.connected) process.send?.(message);
  }, answers);
  const limits = createLeasedLimits(primary.ask, () => performance.now());
  process.on("message", primary.receive);
  process.on("SIGHUP", () => {}); // it goes to the whole group: the primary is who reads the file

  try {
    const routes = await primary.ask("routes", undefined);
    await using opened = await openGateway(config, { env, log, routes, limits, metrics });
    gateway = opened;
    if (newer !== undefined && newer !== routes) gateway.replaceRoutes(newer);
    await primary.ask("listening", gateway.port);
    await Promise.race([running.stopped, told]);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await primary.ask("cannotStart", error.faults);
    process.exitCode = 1;
  }
  cluster.worker?.disconnect();
}

const starting = { start: () => Promise.reject(new Error("starting")) };
