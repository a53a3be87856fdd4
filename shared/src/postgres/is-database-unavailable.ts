import pg from "pg";

/**
 * Classes of SQLSTATE: 08 connection, 28 login refused, 3D no such database, 53 out of resources,
 * 57 shut down or cancelled (also by our statement timeout); 55P03 is our lock timeout. 42P01 and
 * 42703 are a schema that is not migrated yet. 25P03 is an idle transaction that was ended.
 */
const unavailableStates = /^(08|28|3D|53|57|55P03|42P01|42703|25P03)/;

const unavailableCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/** What `pg` itself says without a code when a connection broke, hung or could not be had. */
const unavailableMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after)/;

/** True of what `pg` throws when the database cannot be used just now; what else it throws is a bug. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return unavailableStates.test(error.code ?? "");
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return unavailableCodes.has(code ?? "") || unavailableMessages.test(error.message);
}
