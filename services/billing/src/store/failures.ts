import { isDatabaseUnavailable } from "@tollgate/shared/postgres/is-database-unavailable";
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

/** The database answers, but is not what it must be before we may use it. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
}

function isUnavailable(error: unknown): boolean {
  return error instanceof NotReadyError || isDatabaseUnavailable(error);
}
