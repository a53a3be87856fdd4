import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@tollgate/shared/log";
import { dependencyUnavailable } from "../problems.ts";
import { type AuditEvent, type AuditRecord, recordOf, type TimedRecord } from "./audit-event.ts";

export type AuditTrail = AsyncDisposable & {
  /** One line in the log now, and one row in the table very soon. */
  record(log: Log, event: AuditEvent): void;
  /** Only the line, for a row that was written together with what it tells of. */
  logged(log: Log, record: AuditRecord): void;
  /** Throws `dependency_unavailable` when no more rows can be held until the table takes them. */
  demandRoom(): void;
  /** Resolves once what was recorded until now is in the table. */
  written(): Promise<void>;
};

export type AuditDeps = {
  insert: (rows: readonly TimedRecord[]) => Promise<void>;
  log: Log;
  now: () => number;
};

const gatherMs = 20;
const retryMs = 500;
const mostAtOnce = 500;
const mostWaiting = 10_000;
const lastEffortMs = 5_000;

/**
 * A row an event, without a commit an event: rows are gathered for a moment and written together, by
 * one writer, in their order. The log line of each is out before, see docs/adr/0011.
 */
export function createAuditTrail({ insert, log, now }: AuditDeps): AuditTrail {
  const waiting: TimedRecord[] = [];
  let writing: Promise<void> | undefined;
  let failing = false;
  let closed = false;

  async function writeAll(): Promise<void> {
    if (!closed) await pause(gatherMs);
    while (waiting.length > 0) {
      const rows = waiting.slice(0, mostAtOnce);
      if (await wrote(rows)) {
        waiting.splice(0, rows.length);
      } else if (closed) {
        return;
      } else {
        await pause(retryMs);
      }
    }
  }

  async function wrote(rows: readonly TimedRecord[]): Promise<boolean> {
    try {
      await insert(rows);
      failing = false;
      return true;
    } catch (error) {
      if (isRowAtFault(error)) return await wroteEach(rows, error);
      const reason = error instanceof Error ? error.message : String(error);
      if (!failing) log.error({ event: "audit_delayed", reason }, "audit rows are held back");
      failing = true;
      return false;
    }
  }

  /** One row that the table does not take must not hold up the others. */
  async function wroteEach(rows: readonly TimedRecord[], err: unknown): Promise<boolean> {
    if (rows.length === 1) {
      const audit_id = rows[0]?.record.audit_id;
      log.error({ event: "audit_row_refused", audit_id, err }, "an audit row was refused");
      return true;
    }
    const half = Math.ceil(rows.length / 2);
    return (await wrote(rows.slice(0, half))) && (await wrote(rows.slice(half)));
  }

  function start(): void {
    writing ??= writeAll().finally(() => {
      writing = undefined;
      if (waiting.length > 0 && !closed) start();
    });
  }

  const line = (target: Log, record: AuditRecord) =>
    record.event.endsWith("denied") || /^login_(failed|locked)$/.test(record.event)
      ? target.warn(record, wordsOf(record))
      : target.info(record, wordsOf(record));

  return {
    record(target, event) {
      const record = recordOf(event);
      line(target, record);
      // A flood of refusals while the table is away is in the log alone; see demandRoom for the rest.
      if (waiting.length >= mostWaiting) return;
      waiting.push({ record, at: new Date(now()) });
      start();
    },
    logged: line,
    demandRoom() {
      if (waiting.length < mostWaiting) return;
      const detail = "The audit trail takes no more at the moment";
      throw dependencyUnavailable({ detail });
    },
    async written() {
      while (writing !== undefined) await writing;
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.race([writing, pause(lastEffortMs, undefined, { ref: false })]);
      await writeAll();
      if (waiting.length === 0) return;
      const rows = waiting.length;
      log.error({ event: "audit_rows_lost", rows }, `${rows} audit rows are in the log alone`);
    },
  };
}

/** Class 22 or 23 of SQLSTATE: the data, not the database. */
function isRowAtFault(error: unknown): boolean {
  return /^2[23]/.test((error as { code?: string }).code ?? "");
}

function wordsOf({ event }: AuditEvent): string {
  return event.replaceAll("_", " ");
}
