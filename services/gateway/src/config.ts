import { availableParallelism } from "node:os";
import { type Env, readConfig } from "@tollgate/shared/config";

export type GatewayConfig = ReturnType<typeof loadConfig>;

/** Where the gateway listens and where its routes are; what it routes is the YAML file's. */
export function loadConfig(env: Env) {
  return readConfig(env, (read) => ({
    routesFile: read.text("GATEWAY_CONFIG", { example: "config/gateway.yaml" }, defaultFile),
    host: read.host("GATEWAY_HOST"),
    port: read.integer("GATEWAY_PORT", { min: 0, max: 65_535 }, 9001),
    adminPort: read.integer("GATEWAY_ADMIN_PORT", { min: 0, max: 65_535 }, 9090),
    maxTunnels: read.integer("GATEWAY_MAX_TUNNELS", { min: 0, max: 1_000_000 }, 10_000),
    drainMs: read.integer("GATEWAY_DRAIN_MS", { min: 0, max: 600_000 }, 25_000),
    drainNoticeMs: read.integer("GATEWAY_DRAIN_NOTICE_MS", { min: 0, max: 600_000 }, 1_000),
    workers: read.integer("GATEWAY_WORKERS", { min: 0, max: 64 }, 1) || availableParallelism(),
  }));
}

const defaultFile = "config/gateway.yaml";
