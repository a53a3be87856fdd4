import { runBilling } from "./billing/run-billing.ts";
import { allChecks } from "./checks/all.ts";
import { BenchError } from "./machine/bench-error.ts";
import { moveToLoadCore } from "./machine/child.ts";
import { startIssuer } from "./machine/issuer.ts";
import { startNginx } from "./machine/nginx.ts";
import { checkPrerequisites } from "./machine/prerequisites.ts";
import { progress } from "./machine/say.ts";
import { makeWorkFolder } from "./machine/work-folder.ts";
import { isChosen, type Options, readOptions } from "./options.ts";
import type { Surroundings } from "./peers/peer.ts";
import { report } from "./report.ts";
import type { Finding } from "./results/finding.ts";
import { runContest } from "./rounds/run-contest.ts";
import { allWorkloads } from "./workloads/all.ts";
import type { TokenFiles } from "./workloads/workload.ts";
import { writeTokens } from "./workloads/write-tokens.ts";

const billing = "billing";

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

try {
  const names = [...[...allWorkloads, ...allChecks].map(({ name }) => name), billing];
  const options = readOptions(process.env, names);
  checkPrerequisites();
  moveToLoadCore();
  const isMet = await run(options);
  process.exitCode = isMet ? 0 : 1;
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  progress(error.message);
  process.exitCode = 2;
}

async function run(options: Options): Promise<boolean> {
  const folder = makeWorkFolder();
  await using issuer = await startIssuer(folder);
  await using nginx = await startNginx(folder);
  const surroundings = { folder, issuer, upstream: nginx.url };
  const tokens = await writeTokens(issuer, folder);
  const workloads = allWorkloads.filter(({ name }) => isChosen(options, name));
  const results = await runContest({ ...options, surroundings, tokens, workloads });
  const findings = await runChecks(options, surroundings, tokens);
  const own = isChosen(options, billing) ? await runBilling(options, surroundings) : undefined;
  return report(results, { ...options, findings, billing: own });
}

async function runChecks(options: Options, surroundings: Surroundings, tokens: TokenFiles) {
  const findings: Finding[] = [];
  for (const check of allChecks) {
    if (!isChosen(options, check.name)) continue;
    progress(check.title);
    findings.push(...(await check.run(surroundings, tokens)));
  }
  return findings;
}
