import { markdownTable } from "../results/markdown-table.ts";
import type { Costs } from "./attribute.ts";

const least = 0.004;

/** Two tables: by what asked for the time, and by whose code spent it; µs of a request. */
export function costsTables({ bySource, byModule, busyMicros }: Costs, microsEach: number): string {
  const micros = (spent: number) => ((spent / busyMicros) * microsEach).toFixed(2);
  const share = (spent: number) => `${((spent / busyMicros) * 100).toFixed(1)} %`;
  const sources = [...bySource]
    .map(([source, { own, called }]) => ({ source, own, called, whole: own + called }))
    .filter(({ whole }) => whole / busyMicros >= least)
    .sort((a, b) => b.whole - a.whole)
    .map(({ source, own, called, whole }) => [
      source,
      micros(whole),
      share(whole),
      micros(own),
      micros(called),
    ]);
  const modules = [...byModule]
    .filter(([, spent]) => spent / busyMicros >= least)
    .sort(([, a], [, b]) => b - a)
    .map(([module, spent]) => [module, micros(spent), share(spent)]);
  return [
    markdownTable(["Asked for by", "µs", "share", "own code", "what it calls"], sources),
    "",
    markdownTable(["Spent in", "µs", "share"], modules),
  ].join("\n");
}
