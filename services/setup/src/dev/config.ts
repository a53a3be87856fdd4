import { type Env, readConfig } from "@tollgate/shared/config";

export type DevConfig = ReturnType<typeof loadDevConfig>;

export function loadDevConfig(env: Env) {
  return readConfig(env, (read) => {
    const gatewayPort = read.integer("GATEWAY_PORT", { min: 1, max: 65_535 }, 9001);
    const local = `http://localhost:${gatewayPort}`;
    return {
      gatewayPort,
      /** How clients reach the stack, and the `iss` of its tokens. */
      publicUrl: read.url("ISSUER_URL", { example: local }, local),
      localUrl: local,
      /** Secrets, database and what is running; relative to the project's root. */
      dataDir: read.text("DEV_DATA_DIR", { example: ".data" }, ".data"),
      /** How long requests in flight may take when the stack is told to stop. */
      drainMs: read.integer("DEV_DRAIN_MS", { min: 0, max: 600_000 }, 5_000),
    };
  });
}
