import { provisionDatabase } from "@tollgate/shared/postgres/provision";
import { runService } from "@tollgate/shared/run-service";
import { loadMigrateConfig } from "./config.ts";
import { migrateDatabase } from "./store/migrate-database.ts";

/** A one-shot job: makes the database and its two roles if need be, then migrates as the owner. */
await runService("billing", process.env, async ({ log }) => {
  const { adminUrl, appUrl, owner } = loadMigrateConfig(process.env);
  const { username, password, pathname } = new URL(appUrl);
  const app = { name: decodeURIComponent(username), password: decodeURIComponent(password) };
  const database = decodeURIComponent(pathname.slice(1));
  if (adminUrl !== undefined) {
    await provisionDatabase({ adminUrl, database, owner, app });
    log.info({ event: "database_provisioned", database }, "database and roles are in place");
  }

  const ownerUrl = new URL(appUrl);
  ownerUrl.username = owner.name;
  ownerUrl.password = encodeURIComponent(owner.password);
  const applied = await migrateDatabase(ownerUrl.href, app.name);
  log.info({ event: "database_migrated", applied }, `${applied.length} migrations applied`);
});
