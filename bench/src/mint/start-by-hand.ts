import { hash } from "node:crypto";
import { join } from "node:path";
import { freePort } from "@tollgate/shared/testing/free-port";
import { peerCore, startChild, untilUp } from "../machine/child.ts";
import { answers } from "../peers/peer.ts";
import { type MintClient, type Minter, resource, scopes } from "./minter.ts";

/** The hand-written endpoint of peers/servers/mint.ts, as a process of its own. */
export async function startByHand(folder: string, { id, secret }: MintClient): Promise<Minter> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const log = join(folder, "by-hand.log");
  const secretSha256 = hash("sha256", secret, "hex");
  const settings = { port, issuer: origin, clientId: id, secretSha256, resource, scopes };
  const child = startChild({
    name: "by-hand",
    core: peerCore,
    command: [process.execPath, join(import.meta.dirname, "../peers/servers/mint.ts")],
    log,
    env: { NODE_ENV: "production", MINT_SETTINGS: JSON.stringify(settings) },
  });
  await untilUp(child, log, () => answers(`${origin}/oauth/jwks`));
  return { ...child, origin, issuer: origin };
}
