import { Gauge, type Registry } from "prom-client";

/** Says in the metrics how many tunnels are open, whenever they are asked for. */
export function countTunnels(registry: Registry, open: () => number): void {
  new Gauge({
    name: "gateway_open_tunnels",
    help: "WebSockets that are open through the gateway, or about to be",
    registers: [registry],
    aggregator: "sum",
    collect() {
      this.set(open());
    },
  });
}
