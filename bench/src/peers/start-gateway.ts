import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@tollgate/shared/testing/free-port";
import { parse, stringify } from "yaml";
import { peerCore, startChild, untilUp } from "../machine/child.ts";
import { shippedNodeOptions } from "../machine/shipped-node-options.ts";
import { type Peer, path, prefix, type Surroundings } from "./peer.ts";

const here = join(import.meta.dirname, "../../..");

export type GatewayPeer = Peer & { readonly adminUrl: string };

export type GatewayOptions = {
  nodeArguments?: readonly string[];
  /** What the billing route has beyond the file that is shipped. */
  route?: Record<string, unknown>;
  /** Another checkout to run, to compare with this one. */
  root?: string;
};

/**
 * The gateway with the configuration that is shipped: log, metrics, limits and trace ids are on.
 * Only the rate is raised, as nothing could be measured under 200 requests a second.
 */
export async function startGateway(
  { folder, upstream, issuer }: Surroundings,
  { nodeArguments = [], route = {}, root = here }: GatewayOptions = {},
): Promise<GatewayPeer> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const config = join(folder, "gateway.yaml");
  const log = join(folder, "gateway.log");
  const out = join(folder, "gateway-access.log");
  writeFileSync(config, configuration(root, route));
  const child = startChild({
    name: "gateway",
    core: peerCore,
    command: [process.execPath, ...nodeArguments, join(root, "services/gateway/src/main.ts")],
    log,
    out,
    env: {
      NODE_ENV: "production",
      NODE_OPTIONS: shippedNodeOptions(root),
      GATEWAY_CONFIG: config,
      GATEWAY_PORT: String(port),
      GATEWAY_ADMIN_PORT: String(adminPort),
      GATEWAY_WORKERS: "1",
      GATEWAY_DRAIN_MS: "500",
      ISSUER_URL: issuer.url,
      ISSUER_UPSTREAM: issuer.url,
      BILLING_UPSTREAM: upstream,
    },
  });
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  await untilUp(child, log, async () => (await fetch(`${adminUrl}/readyz`)).status === 200);
  const forgetLog = () => truncateSync(out);
  return { ...child, url: `http://127.0.0.1:${port}${path}`, adminUrl, forgetLog };
}

type RoutesFile = { routes: { path: string; limits: { rate: { requests: number } } }[] };

function configuration(root: string, changes: Record<string, unknown>): string {
  const file: RoutesFile = parse(readFileSync(join(root, "config/gateway.yaml"), "utf8"));
  const billing = file.routes.find((each) => each.path === prefix);
  if (billing === undefined) throw new Error(`config/gateway.yaml has no route ${prefix}`);
  billing.limits.rate.requests = 1_000_000;
  Object.assign(billing, changes);
  return stringify(file);
}
