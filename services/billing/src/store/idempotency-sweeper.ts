import type { Log } from "@tollgate/shared/log";
import { type Database, sweepIdempotencyKeys } from "./database.ts";

const everyMs = 3_600_000;

/** Deletes expired idempotency keys every hour. Several replicas may do so at once. */
export function startSweeper(db: Database, log: Log): Disposable {
  const timer = setInterval(() => void sweep(db, log), everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function sweep(db: Database, log: Log): Promise<void> {
  try {
    while (await sweepIdempotencyKeys(db));
    log.info({ event: "idempotency_keys_swept" }, "expired idempotency keys are gone");
  } catch (err) {
    log.warn({ event: "idempotency_sweep_failed", err }, "the next sweep will catch up");
  }
}
