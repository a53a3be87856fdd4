import { randomUUIDv7 } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../store/database.ts";

/**
 * Something that an auditor asks about. The named members have a column, all others are details; none
 * of them ever is a token, a secret or a password.
 */
export type AuditEvent = {
  event:
    | "token_issued"
    | "token_denied"
    | "token_exchanged"
    | "token_revoked"
    | "revocation_added"
    | `key_${"made" | "activated" | "retired" | "dropped" | "revoked"}`
    | `client_${"added" | "changed" | "removed" | "enabled" | "disabled" | "secret_added"}`
    // For the rooms of people and sessions.
    | `login_${"succeeded" | "failed" | "locked"}`
    | `user_${string}`
    | `session_${string}`
    | `grant_${string}`;
  client_id?: string | undefined;
  sub?: string | undefined;
  jti?: string | undefined;
  kid?: string | undefined;
  ip?: string | undefined;
  request_id?: string | undefined;
  [detail: string]: unknown;
};

/** An event as it is kept: in the log and in the table under the same `audit_id`. */
export type AuditRecord = AuditEvent & { audit_id: string };

const columns = new Set([
  "audit_id",
  "event",
  "client_id",
  "sub",
  "jti",
  "kid",
  "ip",
  "request_id",
]);

export function recordOf(event: AuditEvent): AuditRecord {
  const record: AuditRecord = { event: event.event, audit_id: randomUUIDv7() };
  for (const name of Object.keys(event)) {
    const value = event[name];
    if (value !== undefined) record[name] = typeof value === "string" ? storable(value) : value;
  }
  return record;
}

/** What a caller sent can hold what PostgreSQL's text cannot: a NUL, half a surrogate pair. */
function storable(text: string): string {
  if (text.isWellFormed() && !text.includes("\u0000")) return text;
  return text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

export type TimedRecord = { record: AuditRecord; at: Date };

/** In one statement, however many; a row that is there already is left as it is. */
export async function insertAuditRows(database: Database, rows: readonly TimedRecord[]) {
  const text = JSON.stringify(rows.map(rowOf));
  await sql`
    INSERT INTO audit_events
    SELECT * FROM jsonb_populate_recordset(NULL::audit_events, ${text}::jsonb)
    ON CONFLICT (audit_id) DO NOTHING`.execute(database);
}

function rowOf({ record, at }: TimedRecord) {
  const row: Record<string, unknown> = { audit_id: record.audit_id, at: at.toISOString() };
  const details: Record<string, unknown> = {};
  for (const name of Object.keys(record)) {
    if (columns.has(name)) row[name] = record[name];
    else details[name] = record[name];
  }
  return Object.assign(row, { details });
}
