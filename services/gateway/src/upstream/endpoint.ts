import { isIP } from "node:net";
import { Pool } from "undici";
import { type CircuitBreaker, createCircuitBreaker } from "./circuit-breaker.ts";
import { newStanding, type Standing } from "./outlier-ejection.ts";
import type { EndpointEvent } from "./upstream-events.ts";

/** One address that an upstream's name led to, with its connections and its record. */
export type Endpoint = {
  /** What tells it from the others: the origin that was configured and the address. */
  readonly key: string;
  readonly where: Address;
  /** Address and port, for logs and metrics. */
  readonly name: string;
  /** What the Host header says: the name that was configured, not the address. */
  readonly host: string;
  readonly pool: Pool;
  readonly breaker: CircuitBreaker;
  readonly standing: Standing;
  /** As its health checks found it. Without any, it is taken to be well. */
  isHealthy: boolean;
  /** Requests that it is at work on. */
  active: number;
};

export type Address = { readonly url: URL; readonly address: string };

export type EndpointOptions = {
  connectMs: number;
  now: () => number;
  onEvent: (event: EndpointEvent, endpoint: Endpoint) => void;
};

const maxConnections = 1_024;

export function createEndpoint(where: Address, options: EndpointOptions): Endpoint {
  const { url } = where;
  const { connectMs, now, onEvent } = options;
  const onChange = (to: "open" | "closed") =>
    onEvent(to === "open" ? "circuit_opened" : "circuit_closed", endpoint);
  const endpoint: Endpoint = {
    key: endpointKey(where),
    where,
    name: new URL(originAt(where)).host,
    host: url.host,
    pool: new Pool(originAt(where), {
      connections: maxConnections,
      pipelining: 1,
      connect: { timeout: connectMs, ...serverName(url) },
      // Shorter than the five seconds after which a Node upstream closes. An upstream that says
      // Keep-Alive: timeout=… is believed, less two seconds: no request is lost to that race.
      keepAliveTimeout: 4_000,
      keepAliveTimeoutThreshold: 2_000,
      maxHeaderSize: 16_384,
      // The exchange keeps the time by itself, to the millisecond.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
    }),
    breaker: createCircuitBreaker({ onChange }, now),
    standing: newStanding(),
    isHealthy: true,
    active: 0,
  };
  return endpoint;
}

export function endpointKey({ url, address }: Address): string {
  return `${url.origin} ${address}`;
}

/** The origin with its name replaced by the address. */
export function originAt({ url, address }: Address, port = url.port): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return `${url.protocol}//${host}${port === "" ? "" : `:${port}`}`;
}

/** The certificate must be the name's, though the address is connected to. */
export function serverName({ hostname }: URL): { servername?: string } {
  return isIP(hostname.replace(/^\[|\]$/g, "")) === 0 ? { servername: hostname } : {};
}
