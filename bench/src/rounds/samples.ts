import type { Measurement } from "./measure.ts";

/** All that was measured, by workload and peer. */
export type Samples = {
  add(workload: string, peer: string, measurement: Measurement): void;
  of(workload: string, peer: string): readonly Measurement[];
};

export function createSamples(): Samples {
  const cells = new Map<string, Measurement[]>();
  const key = (workload: string, peer: string) => `${workload} ${peer}`;
  return {
    add(workload, peer, measurement) {
      const cell = cells.get(key(workload, peer)) ?? [];
      cell.push(measurement);
      cells.set(key(workload, peer), cell);
    },
    of: (workload, peer) => cells.get(key(workload, peer)) ?? [],
  };
}
