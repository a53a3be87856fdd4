import { BenchError } from "../machine/bench-error.ts";
import { progress } from "../machine/say.ts";
import { allPeers } from "../peers/all.ts";
import { judgePeer } from "../peers/judge-peer.ts";
import type { PeerKind, Surroundings } from "../peers/peer.ts";
import { createResults, type Results } from "../results/results.ts";
import type { TokenFiles, Workload } from "../workloads/workload.ts";
import { type Contestant, runRounds } from "./run-rounds.ts";
import { warmUp } from "./warm-up.ts";

export type ContestOptions = {
  surroundings: Surroundings;
  tokens: TokenFiles;
  workloads: readonly Workload[];
  rounds: number;
  seconds: number;
};

/** Starts every peer, leaves out those that judge tokens wrongly, and measures the rest. */
export async function runContest(options: ContestOptions): Promise<Results> {
  const { surroundings, tokens, workloads } = options;
  await using running = new AsyncDisposableStack();
  const contestants: Contestant[] = [];
  for (const kind of workloads.length === 0 ? [] : allPeers) {
    const peer = running.use(await kind.start(surroundings));
    const contestant = { kind, peer };
    if (!(await isFit(contestant, surroundings))) continue;
    progress(`warming up ${kind.name}`);
    await warmUp(contestant, workloads, tokens, surroundings.folder);
    contestants.push(contestant);
  }
  const samples = await runRounds({ ...options, contestants, folder: surroundings.folder });
  const kinds: PeerKind[] = contestants.map(({ kind }) => kind);
  return createResults(workloads, kinds, samples);
}

/** Nothing can be said without the gateway or the floor; of the others whoever is right counts. */
async function isFit({ kind, peer }: Contestant, { issuer }: Surroundings): Promise<boolean> {
  const faults = await judgePeer(peer, kind, issuer);
  for (const fault of faults) progress(`${kind.name}: ${fault}`);
  if (faults.length === 0) return true;
  if (kind.role !== "node") throw new BenchError(`${kind.name} answers wrongly, see above`);
  progress(`${kind.name} is left out`);
  return false;
}
