import { BenchError } from "../machine/bench-error.ts";
import { moveToLoadCore } from "../machine/child.ts";
import { checkPrerequisites } from "../machine/prerequisites.ts";
import { progress } from "../machine/say.ts";
import { makeWorkFolder } from "../machine/work-folder.ts";
import { readOptions } from "../options.ts";
import { judgeMinter } from "./judge-minter.ts";
import type { MintClient, Minter } from "./minter.ts";
import { reportMint } from "./report-mint.ts";
import { runMintRounds } from "./rounds.ts";
import { startByHand } from "./start-by-hand.ts";
import { startMintingIssuer } from "./start-minting-issuer.ts";
import { prepareMinting } from "./surroundings.ts";

// Minting beside a hand-written endpoint. BENCH_BEFORE=<checkout> adds another issuer to compare.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

try {
  const options = readOptions(process.env, []);
  checkPrerequisites();
  moveToLoadCore();
  process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  progress(error.message);
  process.exitCode = 2;
}

async function run({ rounds, seconds }: { rounds: number; seconds: number }): Promise<boolean> {
  const folder = makeWorkFolder();
  await using surroundings = await prepareMinting(folder);
  const { client, load, postgresPort } = surroundings;
  await using running = new AsyncDisposableStack();
  const minters: Minter[] = [running.use(await startMintingIssuer({ folder, postgresPort }))];
  const before = process.env.BENCH_BEFORE;
  if (before !== undefined) {
    const other = { folder, postgresPort, root: before, name: "before" };
    minters.push(running.use(await startMintingIssuer(other)));
  }
  minters.push(running.use(await startByHand(folder, client)));
  await demandCorrectness(minters, client);
  return reportMint(await runMintRounds({ minters, load, rounds, seconds, folder }));
}

/** Nothing can be said of somebody who mints what he should not. */
async function demandCorrectness(minters: readonly Minter[], client: MintClient): Promise<void> {
  for (const minter of minters) {
    const faults = await judgeMinter(minter, client);
    for (const fault of faults) progress(`${minter.name}: ${fault}`);
    if (faults.length > 0) throw new BenchError(`${minter.name} answers wrongly, see above`);
  }
}
