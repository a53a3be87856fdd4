import { requestDuration } from "@tollgate/shared/metrics";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What is known of a request when its answer is done or was cut. */
export type Observed = {
  method: string;
  route: string;
  status: number;
  ms: number;
  /** The code of its refusal, if it was refused. */
  reason: string | undefined;
  /** Until the upstream's first byte, if it got there. */
  upstreamMs: number | undefined;
};

export type ObserveRequest = (observed: Observed) => void;

export type Gauges = { active: () => number; sheddingShare: () => number };

/** One child a combination of labels, found without building a key: it is asked for on every request. */
type Observer = { observe: (seconds: number) => void };

/** The gateway's own figures. Labels are bounded: routes' prefixes, known methods, known codes. */
export function measureRequests(registry: Registry, gauges: Gauges): ObserveRequest {
  const registers = [registry];
  const duration = requestDuration(registry);
  const firstByte = new Histogram({
    name: "gateway_upstream_first_byte_seconds",
    help: "Time from handing a request on to the first byte of its upstream's answer, in seconds",
    labelNames: ["http_route"] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const refusals = new Counter({
    name: "gateway_refusals_total",
    help: "Requests that the gateway answered itself, by the code of the problem",
    labelNames: ["http_route", "code"] as const,
    registers,
  });
  gauge(registers, "http_server_active_requests", "Requests under way", gauges.active);
  const help = "Share of requests that is refused because this process has too much to do";
  gauge(registers, "gateway_shed_share", help, gauges.sheddingShare, "max");

  const children = createChildren((method, route, status) =>
    duration.labels(method, route, String(status)),
  );
  const upstreams = new Map<string, Observer>();

  return function observeRequest({ method, route, status, ms, reason, upstreamMs }) {
    children(method, route, status).observe(ms / 1_000);
    if (reason !== undefined) refusals.inc({ http_route: route, code: reason });
    if (upstreamMs === undefined) return;
    let upstream = upstreams.get(route);
    if (upstream === undefined) {
      upstream = firstByte.labels(route);
      upstreams.set(route, upstream);
    }
    upstream.observe(upstreamMs / 1_000);
  };
}

function createChildren(make: (method: string, route: string, status: number) => Observer) {
  const byRoute = new Map<string, Map<string, (Observer | undefined)[]>>();
  return (method: string, route: string, status: number): Observer => {
    const byMethod = byRoute.get(route) ?? new Map<string, (Observer | undefined)[]>();
    byRoute.set(route, byMethod);
    const byStatus = byMethod.get(method) ?? [];
    byMethod.set(method, byStatus);
    const found = byStatus[status] ?? make(method, route, status);
    byStatus[status] = found;
    return found;
  };
}

function gauge(
  registers: Registry[],
  name: string,
  help: string,
  read: () => number,
  aggregator: "sum" | "max" = "sum",
) {
  new Gauge({
    name,
    help,
    registers,
    aggregator,
    collect() {
      this.set(read());
    },
  });
}
