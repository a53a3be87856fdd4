import type { Env } from "@tollgate/shared/config";
import type { ServiceLaunch } from "./processes/launch-service.ts";
import { runOnce } from "./processes/run-once.ts";
import { settleAll } from "./settle-all.ts";

export type Migrations = Pick<ServiceLaunch, "root" | "onLine"> & {
  environments: Record<"migrateIssuer" | "migrateBilling", Env>;
  stopped: AbortSignal;
};

/** Makes both databases, or brings them up to date. */
export async function migrateDatabases({
  environments,
  stopped,
  ...launch
}: Migrations): Promise<void> {
  const { migrateIssuer, migrateBilling } = environments;
  await settleAll([
    runOnce({ ...launch, ...jobOf("issuer"), env: migrateIssuer }, stopped),
    runOnce({ ...launch, ...jobOf("billing"), env: migrateBilling }, stopped),
  ]);
}

function jobOf(name: string) {
  return { name, entry: `services/${name}/src/migrate.ts` };
}
