import { ConfigError } from "@tollgate/shared/config";
import { Problem } from "@tollgate/shared/problem";
import { seed } from "../commands/seed/seed.ts";
import { verifyAudit } from "../commands/verify-audit.ts";
import { verifyEveryTenant } from "../commands/verify-every-tenant.ts";
import { verifyLedger } from "../commands/verify-ledger.ts";
import { loadConfig, loadOwnerConfig } from "../config.ts";
import { nameFailure } from "../store/failures.ts";

const usage = `Usage: billing <command>

  ledger:verify  every invoice agrees with its lines, its ledger and its place in the series
  audit:verify   the events of every tenant form one unbroken chain

Those log in as the owner of the tables, as the migrate job does, and end with status 1 when
something does not agree.

  seed           loads two tenants, fifty customers and a thousand invoices to look at
`;

async function loadSeed(): Promise<boolean> {
  await seed(loadConfig(process.env).database.url, process.stdout);
  return true;
}

const commands: Record<string, () => Promise<boolean>> = {
  "ledger:verify": () =>
    verifyEveryTenant(loadOwnerConfig(process.env).ownerUrl, verifyLedger, say),
  "audit:verify": () => verifyEveryTenant(loadOwnerConfig(process.env).ownerUrl, verifyAudit, say),
  seed: loadSeed,
};

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function sentenceOf(failure: unknown): string {
  if (failure instanceof Problem && failure.detail !== undefined) return failure.detail;
  return (failure as Error).message;
}

async function main(): Promise<void> {
  const command = commands[process.argv[2] ?? ""];
  if (command === undefined) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  try {
    if (!(await command())) process.exitCode = 1;
  } catch (error) {
    const faults = error instanceof ConfigError ? error.faults : [sentenceOf(nameFailure(error))];
    process.stderr.write(`${faults.join("\n")}\n`);
    process.exitCode = 2;
  }
}

await main();
