import { Problem } from "@tollgate/shared/problem";
import pg from "pg";
import { problem } from "../problems.ts";

/** What a constraint means to the caller who ran into it, by its name. */
const constraintProblems: Record<string, () => Problem> = {
  customer_external_id_key: () => problem("duplicate_external_id"),
  invoice_external_id_key: () => problem("duplicate_external_id"),
};

/** Serialization failure, deadlock: whoever lost may try again (PostgreSQL, appendix A). */
const retryable = new Set(["40001", "40P01"]);

/** The reply of a key was stored between our look and our insert: look again. */
export class StoredMeanwhileError extends Error {
  override readonly name = "StoredMeanwhileError";
}

export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof StoredMeanwhileError) return true;
  return error instanceof pg.DatabaseError && retryable.has(error.code ?? "");
}

/** Names a failure of the database. What it does not know is a bug and stays as it is. */
export function nameFailure(error: unknown): unknown {
  if (error instanceof Problem) return error;
  if (isWorthRetrying(error) || isUnavailable(error)) return unavailable(error);
  if (error instanceof pg.DatabaseError) {
    return constraintProblems[error.constraint ?? ""]?.() ?? error;
  }
  return error;
}

export function unavailable(cause: unknown): Problem {
  // Not that nothing was changed: of a commit whose answer was lost, nobody here knows.
  const detail = "The database cannot be reached or is too busy";
  return problem("dependency_unavailable", { detail, headers: { "retry-after": "1" }, cause });
}

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

/** The database answers, but is not what it must be before we may use it. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof NotReadyError) return true;
  if (error instanceof pg.DatabaseError) return unavailableStates.test(error.code ?? "");
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return unavailableCodes.has(code ?? "") || unavailableMessages.test(error.message);
}
