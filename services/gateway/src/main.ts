import cluster from "node:cluster";
import { runService } from "@tollgate/shared/run-service";
import { loadConfig } from "./config.ts";
import { startGateway } from "./start-gateway.ts";
import { runWorker } from "./workers/run-worker.ts";
import { runWorkers } from "./workers/run-workers.ts";

await runService("gateway", process.env, loadConfig, async (config, running) => {
  if (cluster.isWorker) return await runWorker(config, process.env, running);
  if (config.workers > 1) return await runWorkers(config, process.env, running);

  const { log, stopped } = running;
  await using gateway = await startGateway(config, process.env, log);
  process.on("SIGHUP", gateway.reload);
  const { port, adminPort } = gateway;
  log.info({ event: "listening", port, admin_port: adminPort }, `listening on port ${port}`);
  await stopped;
});
