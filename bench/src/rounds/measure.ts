import type { LoadResult } from "../load/run-wrk.ts";
import { type Child, peerCore } from "../machine/child.ts";
import { coreBusyMicros, cpuMicros, rssBytes } from "../machine/proc.ts";

/** One peer at one workload in one round. */
export type Measurement = LoadResult & {
  /** User and system time of the peer's processes by finished request. */
  cpuMicros: number;
  rssBytes: number;
  /** Shares of the peer's core while it was measured: its own, and everyone else's. */
  ownShare: number;
  othersShare: number;
};

/** Reads what the peer used while the load lasts. */
export async function measure(
  peer: Child,
  runLoad: () => Promise<LoadResult>,
): Promise<Measurement> {
  const before = [cpuMicros(peer.pid), coreBusyMicros(peerCore), performance.now()] as const;
  const result = await runLoad();
  const own = cpuMicros(peer.pid) - before[0];
  const busy = coreBusyMicros(peerCore) - before[1];
  const elapsed = (performance.now() - before[2]) * 1_000;
  return {
    ...result,
    cpuMicros: own / result.requests,
    rssBytes: rssBytes(peer.pid),
    ownShare: own / elapsed,
    othersShare: Math.max(0, busy - own) / elapsed,
  };
}

/** From here on a neighbour had enough of the core to be felt. */
export const tooMuchForOthers = 0.1;
const maxRepeats = 2;

/** Measures again when somebody else used the peer's core; the quietest attempt counts. */
export async function measureInQuiet(
  attempt: () => Promise<Measurement>,
  onNoise: (share: number) => void,
): Promise<Measurement> {
  let best = await attempt();
  for (let repeat = 0; repeat < maxRepeats && best.othersShare > tooMuchForOthers; repeat += 1) {
    onNoise(best.othersShare);
    const again = await attempt();
    if (again.othersShare < best.othersShare) best = again;
  }
  return best;
}
