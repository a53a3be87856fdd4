import { expect, test } from "@jest/globals";
import { allPeers } from "../src/peers/all.ts";
import { findBars } from "../src/results/bars.ts";
import { judge } from "../src/results/finding.ts";
import { createResults } from "../src/results/results.ts";
import { ratiosTable } from "../src/results/tables.ts";
import type { Measurement } from "../src/rounds/measure.ts";
import { createSamples } from "../src/rounds/samples.ts";
import { workloadNamed } from "../src/workloads/all.ts";

function measured(cpuMicros: number, changes: Partial<Measurement> = {}): Measurement {
  return {
    requests: 1_000,
    seconds: 1,
    errors: 0,
    p50Ms: 1,
    p99Ms: 2,
    cpuMicros,
    rssBytes: 100,
    ownShare: 1,
    othersShare: 0,
    ...changes,
  };
}

/** Rounds at one token; the gateway's figures are given, its rivals' are always the same. */
function results(gateway: readonly Measurement[]) {
  const samples = createSamples();
  for (const each of gateway) samples.add("one-token", "gateway", each);
  const rivals = { floor: 48, haproxy: 90, fastify: 96, express: 300 };
  for (const [name, micros] of Object.entries(rivals)) {
    samples.add("one-token", name, measured(micros));
  }
  return createResults([workloadNamed("one-token")], allPeers, samples);
}

function verdicts(gateway: readonly Measurement[]) {
  return findBars(results(gateway)).map((finding) => judge(finding));
}

test("the medians of the rounds are held to the floor, the best Node peer and HAProxy", () => {
  const rounds = [60, 600, 60].map((micros) => measured(micros));
  const found = findBars(results(rounds)).map(({ what, found }) => [what, found]);
  expect(found).toEqual([
    ["one token: requests per CPU second ÷ the floor's", 0.8],
    ["one token: requests per CPU second ÷ the best Node peer's", 1.6],
    ["one token: requests per CPU second ÷ HAProxy's", 1.5],
    ["one token: memory ÷ the floor's", 1],
    ["one token: errors", 0],
  ]);
  expect(verdicts(rounds)).toEqual(["met", "met", "met", "met", "met"]);
});

test("an error in any round misses the bar, however fast the rest is", () => {
  const rounds = [measured(40), measured(40, { errors: 1 }), measured(40)];
  expect(verdicts(rounds)).toEqual(["met", "met", "met", "met", "MISSED"]);
});

test("the table for README has a row for each rival and a dash for what was not measured", () => {
  const lines = ratiosTable(results([measured(60)])).split("\n");
  expect(lines).toHaveLength(2 + allPeers.length - 1);
  expect(lines[2]).toMatch(/^\| floor.* \| +0\.80 \|$/);
  expect(lines.at(-1)).toMatch(/^\| koa-proxies.* \| +– \|$/);
});
