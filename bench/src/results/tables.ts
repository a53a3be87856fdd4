import { type Finding, judge } from "./finding.ts";
import { markdownTable } from "./markdown-table.ts";
import { type Results, type Standing, timesAsMany } from "./results.ts";
import type { Summary } from "./summary.ts";

/** The table for README: how the gateway compares with each peer at each workload. */
export function ratiosTable(results: Results): string {
  const rivals = results.peers.filter(({ role }) => role !== "gateway");
  const rows = rivals.map((rival) => [
    rival.title,
    ...results.workloads.map(({ name }) => {
      const ours = results.of(name, "gateway");
      const theirs = results.standings(name).find(({ kind }) => kind.name === rival.name);
      return ours && theirs ? ratio(timesAsMany(ours, theirs.summary)) : "–";
    }),
  ]);
  const titles = results.workloads.map(({ title }) => title);
  return markdownTable(["Requests per CPU second ÷ those of", ...titles], rows);
}

/** Everything that was measured of one workload. */
export function workloadTable(results: Results, workload: string): string {
  const floor = results.of(workload, "floor");
  const node = results.bestNode(workload)?.summary;
  const haproxy = results.of(workload, "haproxy");
  const rows = results
    .standings(workload)
    .map(({ kind, summary }: Standing) => [
      kind.title,
      `${summary.cpuMicros.toFixed(1)} (${summary.cpuRange.map((each) => each.toFixed(1)).join("–")})`,
      against(summary, floor),
      against(summary, node),
      against(summary, haproxy),
      `${Math.round(summary.requestsPerSecond)}${summary.isLoadBound ? "°" : ""}`,
      `${summary.p50Ms.toFixed(2)} / ${summary.p99Ms.toFixed(2)}`,
      String(summary.errors),
      String(Math.round(summary.rssBytes / 1_048_576)),
    ]);
  const head = ["", "CPU µs/request (min–max)", "÷ floor", "÷ best Node peer", "÷ HAProxy"];
  return markdownTable([...head, "requests/s", "p50 / p99 ms", "errors", "RSS MiB"], rows);
}

export function barsTable(findings: readonly Finding[]): string {
  const rows = findings.map((finding) => {
    const { what, bound, wanted, found, unit, digits } = finding;
    const write = (value: number) => `${value.toFixed(digits)}${unit}`;
    return [what, `${bound} ${write(wanted)}`, write(found), judge(finding)];
  });
  return markdownTable(["The bar", "asked", "found", ""], rows);
}

function against(ours: Summary, theirs: Summary | undefined): string {
  return theirs === undefined ? "–" : ratio(timesAsMany(ours, theirs));
}

function ratio(value: number): string {
  return value.toFixed(2);
}
