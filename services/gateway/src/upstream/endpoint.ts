import { isIP } from "node:net";
import { Pool } from "undici";
import { type CircuitBreaker, createCircuitBreaker } from "./circuit-breaker.ts";

/** One address that an upstream's name led to, with its connections and its record. */
export type Endpoint = {
  readonly address: string;
  /** What the Host header says: the name that was configured, not the address. */
  readonly host: string;
  readonly pool: Pool;
  readonly breaker: CircuitBreaker;
  /** Answers of the kind 5xx in a row: a sign of a bad replica, if others do better. */
  errorsInARow: number;
  active: number;
};

export type EndpointOptions = {
  url: URL;
  address: string;
  connectMs: number;
  now: () => number;
};

const maxConnections = 1_024;

export function createEndpoint({ url, address, connectMs, now }: EndpointOptions): Endpoint {
  const host = address.includes(":") ? `[${address}]` : address;
  const port = url.port === "" ? "" : `:${url.port}`;
  return {
    address,
    host: url.host,
    pool: new Pool(`${url.protocol}//${host}${port}`, {
      connections: maxConnections,
      pipelining: 1,
      connect: { timeout: connectMs, ...serverName(url) },
      // Shorter than the five seconds after which a Node upstream closes: no request is lost to that race.
      keepAliveTimeout: 4_000,
      allowH2: false,
    }),
    breaker: createCircuitBreaker({}, now),
    errorsInARow: 0,
    active: 0,
  };
}

/** The certificate must be the name's, though the address is connected to. */
function serverName({ hostname }: URL): { servername?: string } {
  return isIP(hostname.replace(/^\[|\]$/g, "")) === 0 ? { servername: hostname } : {};
}
