import { collectDefaultMetrics, Histogram, Registry } from "prom-client";

/** A registry with the process's own figures in it. Each service makes one and adds its own. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** OpenTelemetry's `http.server.request.duration`, in Prometheus' spelling; seconds. */
export function requestDuration(registry: Registry) {
  return new Histogram({
    name: "http_server_request_duration_seconds",
    help: "Time from a request's first byte to its answer's last, in seconds",
    labelNames: ["http_request_method", "http_route", "http_response_status_code"] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
}
