import { runWrk } from "../load/run-wrk.ts";
import { progress } from "../machine/say.ts";
import type { Peer, PeerKind } from "../peers/peer.ts";
import type { TokenFiles, Workload } from "../workloads/workload.ts";
import { type Measurement, measure, measureInQuiet } from "./measure.ts";
import { createSamples, type Samples } from "./samples.ts";

export type Contestant = { kind: PeerKind; peer: Peer };

export type RoundsOptions = {
  contestants: readonly Contestant[];
  workloads: readonly Workload[];
  tokens: TokenFiles;
  rounds: number;
  seconds: number;
  folder: string;
};

/**
 * Each round has every workload, each workload every peer in turn: what is compared was measured
 * seconds apart. Each round another peer begins.
 */
export async function runRounds(options: RoundsOptions): Promise<Samples> {
  const samples = createSamples();
  for (let round = 0; round < options.rounds; round += 1) {
    for (const workload of options.workloads) {
      progress(`round ${round + 1} of ${options.rounds}: ${workload.title}`);
      for (const contestant of rotated(options.contestants, round)) {
        if (!workload.isFor(contestant.kind)) continue;
        const measurement = await measureOne(contestant, workload, options);
        samples.add(workload.name, contestant.kind.name, measurement);
      }
    }
  }
  return samples;
}

async function measureOne(
  { kind, peer }: Contestant,
  workload: Workload,
  { tokens, seconds, folder }: RoundsOptions,
): Promise<Measurement> {
  peer.forgetLog?.();
  const measurement = await measureInQuiet(
    () => measure(peer, () => runWrk(peer.url, workload.load(tokens), seconds, folder)),
    (share) => progress(`  ${kind.name}: others used ${percent(share)} of its core; once more`),
  );
  const { cpuMicros, errors } = measurement;
  const failed = errors === 0 ? "" : `, ${errors} errors`;
  progress(`  ${kind.name.padEnd(13)} ${cpuMicros.toFixed(1).padStart(6)} µs${failed}`);
  return measurement;
}

function rotated<T>(all: readonly T[], by: number): T[] {
  const at = by % all.length;
  return [...all.slice(at), ...all.slice(0, at)];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
