import { runWrk } from "../load/run-wrk.ts";
import type { TokenFiles, Workload } from "../workloads/workload.ts";
import type { Contestant } from "./run-rounds.ts";

/** Each peer does each workload once for nothing: a JIT compiles what it has seen often enough. */
export async function warmUp(
  { kind, peer }: Contestant,
  workloads: readonly Workload[],
  tokens: TokenFiles,
  folder: string,
): Promise<void> {
  for (const workload of workloads) {
    if (!workload.isFor(kind)) continue;
    await runWrk(peer.url, { ...workload.load(tokens), connections: 64 }, 2, folder);
  }
}
