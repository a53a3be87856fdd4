import type pg from "pg";
import { Counter, Gauge, type Registry } from "prom-client";

/** OpenTelemetry's `db.client.connection.count`, and how many requests wait for one. */
export function watchPool(registry: Registry, pool: pg.Pool): void {
  new Gauge({
    name: "db_client_connection_count",
    help: "Connections to PostgreSQL by state",
    labelNames: ["state"],
    registers: [registry],
    collect() {
      this.set({ state: "idle" }, pool.idleCount);
      this.set({ state: "used" }, pool.totalCount - pool.idleCount);
    },
  });
  new Gauge({
    name: "db_client_connection_pending_requests",
    help: "Requests that wait for a connection",
    registers: [registry],
    collect() {
      this.set(pool.waitingCount);
    },
  });
}

export function countTransactions(registry: Registry) {
  const retries = new Counter({
    name: "billing_transaction_retries_total",
    help: "Transactions that were run again because another one was in their way",
    registers: [registry],
  });
  return { onRetry: () => retries.inc() };
}
