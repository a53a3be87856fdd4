/** What befalls an endpoint, as it is logged and counted. */
export type EndpointEvent =
  | "circuit_opened"
  | "circuit_closed"
  | "endpoint_ejected"
  | "endpoint_unhealthy"
  | "endpoint_healthy"
  /** A request that failed before is tried again, here. */
  | "request_retried";

export type UpstreamEvent = {
  readonly event: EndpointEvent;
  /** The origins, as they were configured. */
  readonly upstream: string;
  readonly endpoint: string;
  /** How long it is ejected, in milliseconds. */
  readonly ms?: number;
};

/** Called synchronously and often under load: count, do not wait. */
export type ObserveUpstream = (event: UpstreamEvent) => void;

/** How an endpoint stands now; the worst that can be said of it. */
export type EndpointState = "closed" | "half-open" | "open" | "ejected" | "unhealthy";

export type EndpointReport = {
  readonly upstream: string;
  readonly endpoint: string;
  readonly state: EndpointState;
  readonly active: number;
};
