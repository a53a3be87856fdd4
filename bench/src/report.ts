import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { BillingReport } from "./billing/run-billing.ts";
import { say } from "./machine/say.ts";
import type { Options } from "./options.ts";
import { findBars } from "./results/bars.ts";
import { type Finding, judge, usualNoise } from "./results/finding.ts";
import type { Results } from "./results/results.ts";
import { barsTable, ratiosTable, workloadTable } from "./results/tables.ts";

const folder = join(import.meta.dirname, "../results");

export type ReportOptions = Options & {
  /** What the checks found. */
  findings: readonly Finding[];
  billing: BillingReport | undefined;
};

/** Prints everything, keeps it in `bench/results/`, and says whether all bars are met. */
export function report(results: Results, options: ReportOptions): boolean {
  const { billing } = options;
  const findings = [...findBars(results), ...options.findings, ...(billing?.findings ?? [])];
  const missed = findings.filter((finding) => judge(finding) === "MISSED");
  const ratios = ratiosTable(results);
  const sections = results.workloads.map(
    ({ name, title }) => `### ${title}\n\n${workloadTable(results, name)}\n`,
  );
  const hasRounds = results.workloads.length > 0;
  const whole = [
    ...(hasRounds ? [...sections, legend(options)] : []),
    ...(billing === undefined ? [] : [`### Billing\n\n${billing.sections.join("\n\n")}\n`]),
    `### The bars\n\n${barsTable(findings)}\n`,
    ...(hasRounds ? [`### In short\n\n${ratios}\n`] : []),
  ].join("\n");
  say(whole);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "bench.md"), whole);
  if (hasRounds) writeFileSync(join(folder, "ratios.md"), `${ratios}\n`);
  say("Kept as bench/results/bench.md; the last table alone as bench/results/ratios.md.");
  warnOfNeighbours(results);
  say(
    missed.length === 0
      ? "All bars are met."
      : `${missed.length} of ${findings.length} bars are missed.`,
  );
  return missed.length === 0;
}

function legend({ rounds, seconds }: Options): string {
  return `Medians of ${rounds} interleaved rounds of ${seconds} s on one core of ${cpus()[0]?.model ?? "an unknown processor"}, the
client and the upstream on another. A ratio says how many requests are done with the processor time
of one of the other's: more is better. ° the load was the limit, not the peer. A bar within
${usualNoise * 100} % counts as met: the same thing measured twice differs by as much.
`;
}

function warnOfNeighbours(results: Results): void {
  const all = results.workloads.flatMap(({ name }) => results.standings(name));
  const sum = (read: (standing: (typeof all)[number]) => number) =>
    all.reduce((total, standing) => total + read(standing), 0);
  const disturbed = sum(({ summary }) => summary.disturbed);
  if (disturbed === 0) return;
  const measurements = sum(({ summary }) => summary.rounds);
  say(
    `In ${disturbed} of ${measurements} measurements something else used the peer's core: on a quiet machine the figures are better to compare.`,
  );
}
