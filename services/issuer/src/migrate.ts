import { provisionDatabase } from "@tollgate/shared/postgres/provision";
import { waitForDatabase } from "@tollgate/shared/postgres/wait-for-database";
import { runService } from "@tollgate/shared/run-service";
import { loadMigrateConfig } from "./config.ts";
import { migrateDatabase } from "./store/migrate-database.ts";

/** A one-shot job: makes the database and its two roles if need be, then migrates as the owner. */
await runService("issuer", process.env, async ({ log }) => {
  const { adminUrl, appUrl, owner } = loadMigrateConfig(process.env);
  const { username, password, pathname } = new URL(appUrl);
  const app = { name: decodeURIComponent(username), password: decodeURIComponent(password) };
  const database = decodeURIComponent(pathname.slice(1));
  const ownerUrl = Object.assign(new URL(appUrl), {
    username: owner.name,
    password: encodeURIComponent(owner.password),
  });

  if (adminUrl === undefined) {
    await waitForDatabase("ISSUER_DATABASE_URL", ownerUrl.href);
  } else {
    await waitForDatabase("ISSUER_ADMIN_DATABASE_URL", adminUrl);
    await provisionDatabase({ adminUrl, database, owner, app });
  }
  const applied = await migrateDatabase(ownerUrl.href, app.name);
  const result = applied.length === 0 ? "nothing to do" : `applied ${applied.join(", ")}`;
  log.info({ event: "database_migrated", database, applied }, `${database}: ${result}`);
});
