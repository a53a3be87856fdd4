import type { Env } from "../config.ts";
import { runService } from "../run-service.ts";
import { readMigrateSettings } from "./database-settings.ts";
import { provisionDatabase } from "./provision.ts";
import { waitForDatabase } from "./wait-for-database.ts";

/** Brings a database to the latest schema, logged in as its owner; returns what was applied. */
export type Migrate = (ownerUrl: string, appRole: string) => Promise<string[]>;

/**
 * A one-shot job: waits for PostgreSQL, makes the service's database and its two roles if need be,
 * then migrates as the owner. Told to stop while it waits it ends at once, with 1: nothing is done.
 */
export async function runMigrateJob(service: string, env: Env, migrate: Migrate): Promise<void> {
  const load = () => readMigrateSettings(service, env);
  await runService(service, env, load, async ({ adminUrl, appUrl, owner }, { log, stopped }) => {
    const { username, password, pathname } = new URL(appUrl);
    const app = { name: decodeURIComponent(username), password: decodeURIComponent(password) };
    const database = decodeURIComponent(pathname.slice(1));
    const ownerUrl = Object.assign(new URL(appUrl), {
      username: owner.name,
      password: encodeURIComponent(owner.password),
    });

    const prefix = service.toUpperCase();
    const waitFor = adminUrl ?? ownerUrl.href;
    const variable = `${prefix}_${adminUrl === undefined ? "" : "ADMIN_"}DATABASE_URL`;
    log.info({ event: "database_awaited" }, `waiting for ${new URL(waitFor).host}`);
    if (!(await waitForDatabase(variable, waitFor, { stopped }))) {
      process.exitCode = 1;
      return;
    }
    if (adminUrl !== undefined) {
      await provisionDatabase({ adminUrl, database, owner, app });
      log.info({ event: "database_provisioned", database }, "database and roles are in place");
    }
    const applied = await migrate(ownerUrl.href, app.name);
    const result = applied.length === 0 ? "nothing to do" : `applied ${applied.join(", ")}`;
    log.info({ event: "database_migrated", database, applied }, `${database}: ${result}`);
  });
}
