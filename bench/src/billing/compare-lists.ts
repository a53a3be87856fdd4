import { progress } from "../machine/say.ts";
import type { Finding } from "../results/finding.ts";
import { usualNoise } from "../results/finding.ts";
import { markdownTable } from "../results/markdown-table.ts";
import { median } from "../results/median.ts";
import { measure, type Sample, type Stand } from "./measure.ts";
import { listing } from "./tasks.ts";
import { fewInvoices, manyInvoices, type Tenant, type Tenants } from "./tenants.ts";

/** A list of a hundred times as many invoices may take this much longer. */
const mostTimes = 1.5;

/** Queries whose answer has 25 rows, or all that there are, of either tenant. */
const lists: Record<string, (tenant: Tenant) => string> = {
  "the newest": () => "",
  "by state, of which there are few (2 %)": () => "&status=draft",
  "by two states": () => "&status=open&status=uncollectible",
  overdue: () => "&overdue=true",
  "by customer": ({ customers }) => `&customer_id=${customers[7]}`,
  "by number": ({ invoices }) => `&number=${invoices[500]?.number}`,
  "issued in the first days": () => "&issued_on[lte]=2025-01-02",
  "due in the first days": () => "&due_before=2025-02-03",
};

/**
 * The same list of a tenant with 100,000 invoices and of one with 1,000, in turns. Judged is the
 * processor time of billing and PostgreSQL, which is steadier than the wait on a busy machine.
 */
export async function compareLists(
  stand: Stand,
  { large, small }: Tenants,
  { rounds, seconds }: { rounds: number; seconds: number },
) {
  const rows: string[][] = [];
  const findings: Finding[] = [];
  for (const [title, query] of Object.entries(lists)) {
    progress(`lists: ${title}`);
    const samples: Record<"large" | "small", Sample[]> = { large: [], small: [] };
    for (let round = 0; round < rounds; round += 1) {
      for (const [size, tenant] of [
        ["small", small],
        ["large", large],
      ] as const) {
        const calls = [listing(tenant, query(tenant))];
        samples[size].push(await measure(stand, "service", calls, { connections: 1, seconds }));
      }
    }
    const ratio = cost(samples.large) / cost(samples.small);
    rows.push([title, ...figures(samples.small), ...figures(samples.large), ratio.toFixed(2)]);
    const what = `billing, list of 25 ${title}: 100,000 invoices ÷ 1,000`;
    const bar = { bound: "at most", wanted: mostTimes, unit: " ×", digits: 2 } as const;
    findings.push({ what, found: ratio, ...bar, noise: usualNoise });
  }
  const of = (count: number) => [`of ${count.toLocaleString("en")}: CPU µs`, "p50 ms"];
  const head = ["A list of 25 invoices", ...of(fewInvoices), ...of(manyInvoices), "CPU ÷ CPU"];
  return { sections: [markdownTable(head, rows)], findings };
}

const cost = (samples: readonly Sample[]) =>
  median(samples.map(({ cpu }) => cpu.billing + cpu.PostgreSQL));

function figures(samples: readonly Sample[]): string[] {
  const wait = median(samples.map(({ p50Ms }) => p50Ms));
  return [String(Math.round(cost(samples))), wait.toFixed(2)];
}
