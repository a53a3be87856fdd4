import { type Measurement, tooMuchForOthers } from "../rounds/measure.ts";
import { median } from "./median.ts";

/** A peer at a workload over all rounds: medians, and the errors added up. */
export type Summary = {
  rounds: number;
  cpuMicros: number;
  cpuRange: readonly [least: number, most: number];
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  rssBytes: number;
  requests: number;
  errors: number;
  /** Less than 0.9 of its core was used: the load, not the peer, was the limit. */
  isLoadBound: boolean;
  /** Rounds in which a neighbour used the core, however often they were repeated. */
  disturbed: number;
};

/** Undefined when the peer took no part. */
export function summarise(samples: readonly Measurement[]): Summary | undefined {
  if (samples.length === 0) return undefined;
  const middle = (read: (sample: Measurement) => number) => median(samples.map(read));
  const total = (read: (sample: Measurement) => number) =>
    samples.reduce((sum, sample) => sum + read(sample), 0);
  const cpu = samples.map((sample) => sample.cpuMicros);
  return {
    rounds: samples.length,
    cpuMicros: median(cpu),
    cpuRange: [Math.min(...cpu), Math.max(...cpu)],
    requestsPerSecond: middle((sample) => sample.requests / sample.seconds),
    p50Ms: middle((sample) => sample.p50Ms),
    p99Ms: middle((sample) => sample.p99Ms),
    rssBytes: middle((sample) => sample.rssBytes),
    requests: total((sample) => sample.requests),
    errors: total((sample) => sample.errors),
    isLoadBound: middle((sample) => sample.ownShare) < 0.9,
    disturbed: samples.filter((sample) => sample.othersShare > tooMuchForOthers).length,
  };
}
