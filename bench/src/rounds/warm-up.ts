import { runWrk } from "../load/run-wrk.ts";
import type { TokenFiles, Workload } from "../workloads/workload.ts";
import type { Contestant } from "./run-rounds.ts";

const leastSeconds = 12;

/**
 * Each peer does each workload once for nothing, longer where there are few: a JIT compiles what it
 * has seen often enough, and what it has not would cost the peer with the most code the most.
 */
export async function warmUp(
  { kind, peer }: Contestant,
  workloads: readonly Workload[],
  tokens: TokenFiles,
  folder: string,
): Promise<void> {
  const seconds = Math.max(2, Math.ceil(leastSeconds / workloads.length));
  for (const workload of workloads) {
    if (!workload.isFor(kind)) continue;
    await runWrk(peer.url, { ...workload.load(tokens), connections: 64 }, seconds, folder);
  }
}
