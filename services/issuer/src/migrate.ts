import { runMigrateJob } from "@tollgate/shared/postgres/migrate-job";
import { migrateDatabase } from "./store/migrate-database.ts";

await runMigrateJob("issuer", process.env, migrateDatabase);
