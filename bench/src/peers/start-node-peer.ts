import { join } from "node:path";
import { freePort } from "@tollgate/shared/testing/free-port";
import { peerCore, startChild, untilUp } from "../machine/child.ts";
import { audience } from "../machine/issuer.ts";
import { answers, type Peer, path, prefix, type Surroundings } from "./peer.ts";

/** Runs `servers/<name>.ts` as a process of its own on the peers' core. */
export async function startNodePeer(
  name: string,
  { folder, upstream, issuer }: Surroundings,
  nodeArguments: readonly string[] = [],
): Promise<Peer> {
  const port = await freePort();
  const log = join(folder, `${name}.log`);
  const file = join(import.meta.dirname, "servers", `${name}.ts`);
  const child = startChild({
    name,
    core: peerCore,
    command: [process.execPath, ...nodeArguments, file],
    log,
    env: {
      NODE_ENV: "production",
      PEER_PORT: String(port),
      PEER_UPSTREAM: upstream,
      PEER_PREFIX: prefix,
      PEER_ISSUER: issuer.url,
      PEER_AUDIENCE: audience,
      PEER_JWKS_URI: issuer.jwksUri,
      PEER_PUBLIC_KEY_FILE: issuer.publicKeyFile,
    },
  });
  const url = `http://127.0.0.1:${port}${path}`;
  await untilUp(child, log, () => answers(url));
  return { ...child, url };
}
