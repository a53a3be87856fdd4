import type { Env } from "@tollgate/shared/config";
import { createAdmin, type ReadinessChecks } from "@tollgate/shared/health";
import type { Log } from "@tollgate/shared/log";
import { createMetrics } from "@tollgate/shared/metrics";
import { serve } from "@tollgate/shared/serve";
import type { GatewayConfig } from "./config.ts";
import { createLocalLimits } from "./limits/local-limits.ts";
import { openGateway } from "./open-gateway.ts";
import { readRoutesFile, watchFile } from "./routes/watch-file.ts";

/** The gateway as one process: its port, its admin port, its routes' file. Disposing drains. */
export async function startGateway(config: GatewayConfig, env: Env, log: Log) {
  await using parts = new AsyncDisposableStack();
  const metrics = createMetrics("gateway");
  // The admin port opens first and closes last: it tells that the gateway is starting or stopping.
  let readiness: ReadinessChecks = { start: () => Promise.reject<void>(new Error("starting")) };
  const admin = parts.use(
    await serve(
      createAdmin(() => readiness, metrics),
      { host: config.host, port: config.adminPort, variable: "GATEWAY_ADMIN_PORT", drainMs: 0 },
    ),
  );
  const routes = readRoutesFile(config.routesFile);
  const limits = createLocalLimits(() => performance.now());
  const gateway = parts.use(await openGateway(config, { env, log, routes, limits, metrics }));
  readiness = gateway.readiness;
  const onChange = gateway.replaceRoutes;
  const file = parts.use(watchFile({ path: config.routesFile, text: routes, onChange }));

  const open = parts.move();
  return {
    port: gateway.port,
    adminPort: admin.port,
    reload: file.readNow,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
