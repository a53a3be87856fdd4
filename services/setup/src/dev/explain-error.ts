import { ConfigError } from "@tollgate/shared/config";
import { CannotRun } from "@tollgate/shared/embedded-postgres/cannot-run";
import { DevError } from "./dev-error.ts";

/** What its reader can do about an error, a line a fault; undefined when it is a bug of ours. */
export function explainError(error: unknown): string | undefined {
  if (error instanceof DevError || error instanceof CannotRun) return error.message;
  if (error instanceof ConfigError) return error.faults.join("\n");
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== "EACCES" && code !== "EPERM") return undefined;
  return `${path} is another user's (${code}): run make dev as that user, take it over (sudo chown -R), or remove the folder with all data`;
}
