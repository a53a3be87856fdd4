import { runMigrateJob } from "@tollgate/shared/postgres/migrate-job";
import { migrateDatabase } from "./store/migrate-database.ts";

await runMigrateJob("billing", process.env, migrateDatabase);
