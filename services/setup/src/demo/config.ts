import { type Env, readConfig } from "@tollgate/shared/config";

export type DemoConfig = ReturnType<typeof loadDemoConfig>;

export function loadDemoConfig(env: Env) {
  return readConfig(env, (read) => ({
    gatewayUrl: read.url("DEMO_GATEWAY_URL", { example: local }, local),
    /** How the reader of the demo would call it; the demo itself may run inside the stack. */
    publicUrl: read.url("DEMO_PUBLIC_URL", { example: local }, local),
    clientsDir: read.text("DEMO_CLIENTS_DIR", { example: clients }, clients),
    peopleDir: read.text("DEMO_PEOPLE_DIR", { example: people }, people),
    client: read.text("DEMO_CLIENT", { example: "svc-demo" }, "svc-demo"),
    person: read.text("DEMO_PERSON", { example: "ada" }, "ada"),
    scope: read.text("DEMO_SCOPE", { example: "invoices:read" }, ""),
    resource: read.url("DEMO_RESOURCE", { example: billing }, billing),
    patienceMs: read.integer("DEMO_PATIENCE_MS", { min: 0, max: 600_000 }, 30_000),
  }));
}

const local = "http://localhost:9001";
const clients = "/run/tollgate/clients";
const people = "/run/tollgate/people";
const billing = "https://billing.tollgate.internal";
