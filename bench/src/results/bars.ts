import type { PeerKind } from "../peers/peer.ts";
import { type Finding, usualNoise } from "./finding.ts";
import { type Results, timesAsMany } from "./results.ts";
import type { Summary } from "./summary.ts";

type Rival = Exclude<PeerKind["role"], "gateway">;

/** Requests by processor time, as a multiple of the rival's. */
const speed: readonly [workload: string, rival: Rival, wanted: number][] = [
  ["one-token", "floor", 0.75],
  ["one-token", "node", 1.5],
  ["one-token", "haproxy", 1.4],
  ["many-tokens", "floor", 0.75],
  ["many-tokens", "node", 1.5],
  ["many-tokens", "haproxy", 1.4],
  ["forged", "haproxy", 0.5],
  ["post", "haproxy", 0.75],
  ["connections", "floor", 0.75],
];

const slowestMedian = 1.25;
const largestMemory = 1.1;

const names: Record<Rival, string> = {
  floor: "the floor",
  node: "the best Node peer",
  haproxy: "HAProxy",
};

/** What the rounds found beside every bar that they can be held to. */
export function findBars(results: Results): Finding[] {
  return results.workloads.flatMap(({ name, title }) => {
    const gateway = results.of(name, "gateway");
    if (gateway === undefined) return [];
    const findings = speed
      .filter(([workload]) => workload === name)
      .flatMap(([, rival, wanted]): Finding[] => {
        const theirs = results.of(name, rival);
        if (theirs === undefined) return [];
        const what = `${title}: requests per CPU second ÷ ${names[rival]}'s`;
        const found = timesAsMany(gateway, theirs);
        return [
          { what, bound: "at least", wanted, found, unit: " ×", digits: 2, noise: usualNoise },
        ];
      });
    const floor = results.of(name, "floor");
    return [
      ...findings,
      ...(floor ? besideFloor(name, title, gateway, floor) : []),
      errors(title, gateway),
    ];
  });
}

function besideFloor(name: string, title: string, gateway: Summary, floor: Summary): Finding[] {
  const atMost = { bound: "at most", unit: " ×", digits: 2, noise: usualNoise } as const;
  const memory = {
    ...atMost,
    what: `${title}: memory ÷ the floor's`,
    wanted: largestMemory,
    found: gateway.rssBytes / floor.rssBytes,
  };
  if (name !== "one-connection") return [memory];
  const wait = {
    ...atMost,
    what: `${title}: p50 ÷ the floor's`,
    wanted: slowestMedian,
    found: gateway.p50Ms / floor.p50Ms,
  };
  return [wait, memory];
}

function errors(title: string, { errors }: Summary): Finding {
  const what = `${title}: errors`;
  return { what, bound: "at most", wanted: 0, found: errors, unit: "", digits: 0, noise: 0 };
}
