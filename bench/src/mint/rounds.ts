import { type Load, runWrk } from "../load/run-wrk.ts";
import { progress } from "../machine/say.ts";
import { median } from "../results/median.ts";
import { type Summary, summarise } from "../results/summary.ts";
import { type Measurement, measure, measureInQuiet } from "../rounds/measure.ts";
import type { Minter } from "./minter.ts";

export type MintRounds = {
  minters: readonly Minter[];
  load: Load;
  rounds: number;
  seconds: number;
  folder: string;
};

export type MintResult = {
  name: string;
  summary: Summary;
  /** Tokens by processor time as a multiple of the last minter's in the same round: median, range. */
  ratio: number;
  range: readonly [least: number, most: number];
};

/** In each round every minter in turn, each round another one first: neighbours in time are compared. */
export async function runMintRounds(options: MintRounds): Promise<MintResult[]> {
  const { minters, rounds } = options;
  for (const minter of minters) {
    progress(`warming up ${minter.name}`);
    await load(minter, options, 10);
  }
  const samples = new Map<Minter, Measurement[]>(minters.map((minter) => [minter, []]));
  for (let round = 0; round < rounds; round += 1) {
    progress(`round ${round + 1} of ${rounds}`);
    const first = round % minters.length;
    for (const minter of [...minters.slice(first), ...minters.slice(0, first)]) {
      samples.get(minter)?.push(await measureOne(minter, options));
    }
  }
  const yardstick = samples.get(minters.at(-1) as Minter) ?? [];
  return [...samples].flatMap(([{ name }, all]) => {
    const summary = summarise(all);
    const ratios = all.map((each, round) => (yardstick[round]?.cpuMicros ?? 0) / each.cpuMicros);
    const range = [Math.min(...ratios), Math.max(...ratios)] as const;
    return summary === undefined ? [] : [{ name, summary, ratio: median(ratios), range }];
  });
}

async function measureOne(minter: Minter, options: MintRounds): Promise<Measurement> {
  minter.forgetLog?.();
  const measurement = await measureInQuiet(
    () => measure(minter, () => load(minter, options, options.seconds)),
    (share) => progress(`  ${minter.name}: others used ${Math.round(share * 100)} %; once more`),
  );
  progress(`  ${minter.name.padEnd(9)} ${measurement.cpuMicros.toFixed(1).padStart(6)} µs`);
  return measurement;
}

function load({ origin }: Minter, { load, folder }: MintRounds, seconds: number) {
  return runWrk(`${origin}/oauth/token`, load, seconds, folder);
}
