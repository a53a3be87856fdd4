import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";

/** What every peer is told, by the variables that start-node-peer sets. */
export const settings = {
  port: Number(variable("PEER_PORT")),
  upstream: variable("PEER_UPSTREAM"),
  prefix: variable("PEER_PREFIX"),
  issuer: variable("PEER_ISSUER"),
  audience: variable("PEER_AUDIENCE"),
  jwksUri: variable("PEER_JWKS_URI"),
  publicKeyFile: variable("PEER_PUBLIC_KEY_FILE"),
};

export const publicPem = () => readFileSync(settings.publicKeyFile, "utf8");

/** Spares those that take it from parsing the PEM on each request. */
export const publicKey = () => createPublicKey(publicPem());

/** More than any workload uses at once, so that no peer queues for its own pool. */
export const maxSockets = 1_024;

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
