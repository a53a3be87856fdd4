import type { PeerKind } from "../peers/peer.ts";
import type { Samples } from "../rounds/samples.ts";
import type { Workload } from "../workloads/workload.ts";
import { type Summary, summarise } from "./summary.ts";

export type Standing = { kind: PeerKind; summary: Summary };

/** What the rounds came to. */
export type Results = {
  readonly workloads: readonly Workload[];
  readonly peers: readonly PeerKind[];
  of(workload: string, role: PeerKind["role"]): Summary | undefined;
  /** The Node peer that needs least for this workload. */
  bestNode(workload: string): Standing | undefined;
  standings(workload: string): readonly Standing[];
};

export function createResults(
  workloads: readonly Workload[],
  peers: readonly PeerKind[],
  samples: Samples,
): Results {
  const table = new Map(
    workloads.map(({ name }) => [
      name,
      peers.flatMap((kind): Standing[] => {
        const summary = summarise(samples.of(name, kind.name));
        return summary === undefined ? [] : [{ kind, summary }];
      }),
    ]),
  );
  const standings = (workload: string) => table.get(workload) ?? [];
  const ofRole = (workload: string, role: PeerKind["role"]) =>
    standings(workload)
      .filter(({ kind }) => kind.role === role)
      .sort((a, b) => a.summary.cpuMicros - b.summary.cpuMicros);
  return {
    workloads,
    peers,
    standings,
    of: (workload, role) => ofRole(workload, role)[0]?.summary,
    bestNode: (workload) => ofRole(workload, "node")[0],
  };
}

/** How many requests `ours` does with the processor time of one of `theirs`. */
export function timesAsMany(ours: Summary, theirs: Summary): number {
  return theirs.cpuMicros / ours.cpuMicros;
}
