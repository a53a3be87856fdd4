import { runService } from "@tollgate/shared/run-service";
import { loadConfig } from "./config.ts";
import { startGateway } from "./start-gateway.ts";

await runService("gateway", process.env, async ({ log, stopped }) => {
  const config = loadConfig(process.env);
  await using gateway = await startGateway(config, process.env, log);
  process.on("SIGHUP", gateway.reload);
  log.info({ event: "listening", port: gateway.port }, `listening on port ${gateway.port}`);
  await stopped;
});
