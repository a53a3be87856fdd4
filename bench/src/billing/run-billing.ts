import { progress } from "../machine/say.ts";
import type { Options } from "../options.ts";
import type { Surroundings } from "../peers/peer.ts";
import { startGateway } from "../peers/start-gateway.ts";
import type { Finding } from "../results/finding.ts";
import { compareLists } from "./compare-lists.ts";
import type { Stand } from "./measure.ts";
import { measureTasks } from "./measure-tasks.ts";
import { startPostgres } from "./start-postgres.ts";
import { startService } from "./start-service.ts";
import { draftsFor, tasksFor } from "./tasks.ts";
import { loadTenants } from "./tenants.ts";
import { verifyBooks } from "./verify-books.ts";

export type BillingReport = { sections: string[]; findings: Finding[] };

/** Billing with its database, asked directly and through the gateway. */
export async function runBilling(
  { rounds, seconds }: Options,
  { folder, issuer }: Pick<Surroundings, "folder" | "issuer">,
): Promise<BillingReport> {
  await using postgres = await startPostgres();
  await using billing = await startService({ folder, issuer, postgres });
  await using gateway = await startGateway({ folder, issuer, upstream: billing.url });
  progress("loading 100,000 invoices");
  const drafts = draftsFor(runsOf(rounds), seconds);
  const tenants = await loadTenants(billing.ownerUrl, issuer, drafts);

  const stand: Stand = {
    folder,
    pids: { gateway: gateway.pid, billing: billing.pid, PostgreSQL: postgres.pid },
    doors: {
      gateway: { origin: new URL(gateway.url).origin, prefix: "/billing" },
      service: { origin: billing.url, prefix: "" },
    },
  };
  const tasks = await measureTasks(stand, tasksFor(tenants, seconds), { rounds, seconds });
  const lists = await compareLists(stand, tenants, { rounds, seconds });
  const sound = await verifyBooks(billing);
  return {
    sections: [...tasks.sections, ...lists.sections],
    findings: [...tasks.findings, ...lists.findings, ...sound],
  };
}

/** Each task once to warm up, then at both doors, with one connection and with many. */
const runsOf = (rounds: number) => 2 + rounds * 4;
