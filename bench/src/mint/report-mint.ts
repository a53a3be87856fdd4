import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "../machine/say.ts";
import { type Finding, judge, usualNoise } from "../results/finding.ts";
import { markdownTable } from "../results/markdown-table.ts";
import { barsTable } from "../results/tables.ts";
import type { MintResult } from "./rounds.ts";

const results = join(import.meta.dirname, "../../results");

const titles: Record<string, string> = {
  issuer: "**Tollgate issuer**, everything on",
  before: "the other checkout's issuer",
  "by-hand": "by hand: Koa + jose, one endpoint",
};

/** Prints the table and the bars, keeps them as `bench/results/mint.md`, and says whether all are met. */
export function reportMint(all: readonly MintResult[]): boolean {
  const findings = findBars(all);
  const rows = all.map(({ name, summary, ratio, range }) => [
    titles[name] ?? name,
    `${summary.cpuMicros.toFixed(0)} (${summary.cpuRange.map((each) => each.toFixed(0)).join("–")})`,
    `${ratio.toFixed(2)} (${range.map((each) => each.toFixed(2)).join("–")})`,
    `${Math.round(summary.requestsPerSecond)}${summary.isLoadBound ? "°" : ""}`,
    `${summary.p50Ms.toFixed(1)} / ${summary.p99Ms.toFixed(1)}`,
    String(summary.errors),
    String(Math.round(summary.rssBytes / 1_048_576)),
  ]);
  const head = ["client_credentials, ES256", "CPU µs/token (min–max)", "÷ by hand (min–max)"];
  const whole = [
    markdownTable([...head, "tokens/s", "p50 / p99 ms", "errors", "RSS MiB"], rows),
    `° the load was the limit. A bar within ${usualNoise * 100} % counts as met.`,
    barsTable(findings),
  ].join("\n\n");
  say(whole);
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, "mint.md"), `${whole}\n`);
  return findings.every((finding) => judge(finding) !== "MISSED");
}

function findBars(all: readonly MintResult[]): Finding[] {
  const ours = all.find(({ name }) => name === "issuer");
  const errors = all.reduce((sum, { summary }) => sum + summary.errors, 0);
  return [
    {
      what: "tokens per CPU second ÷ those of the hand-written endpoint",
      bound: "at least",
      wanted: 0.6,
      found: ours?.ratio ?? Number.NaN,
      unit: " ×",
      digits: 2,
      noise: usualNoise,
    },
    { what: "errors", bound: "at most", wanted: 0, found: errors, unit: "", digits: 0, noise: 0 },
  ];
}
