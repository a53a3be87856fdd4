import { type Env, readConfig } from "@tollgate/shared/config";

export function loadConfig(env: Env) {
  return readConfig(env, (read) => ({
    folder: read.text("SETUP_SECRETS_DIR", { example: "/run/tollgate" }, "/run/tollgate"),
    /** Where PostgreSQL's data volume can be seen, to notice secrets that were lost. */
    databaseDir: read.text(
      "SETUP_DATABASE_DIR",
      { example: "/var/lib/postgresql/data" },
      "/var/lib/postgresql/data",
    ),
    tutorialSecretKey: read.text("SECRET_KEY", { example: "learning" }, ""),
  }));
}
