import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { ConfigError } from "../config.ts";

export type Patience = {
  patienceMs?: number;
  /** Resolves when nobody wants to wait any more. */
  stopped?: Promise<void>;
};

/**
 * True once the database lets us in, false when we were stopped before. One that is still starting
 * is given `patienceMs`; one that answers and refuses us is a fault of the configuration at once.
 * `variable` is named in the fault.
 */
export async function waitForDatabase(
  variable: string,
  url: string,
  { patienceMs = 30_000, stopped = new Promise(() => {}) }: Patience = {},
): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  const isStopped = stopped.then(() => true as const);
  for (;;) {
    const failure = await Promise.race([failureOf(url), isStopped]);
    if (failure === true) return false;
    if (failure === undefined) return true;
    const where = `${new URL(url).host}${new URL(url).pathname}`;
    if (isRefusal(failure)) {
      throw new ConfigError([`${variable}: ${where} refuses us: ${failure.message}`]);
    }
    if (Date.now() >= deadline) {
      const reason = failure.message || failure.code || "no answer";
      const waited = `after ${Math.round(patienceMs / 1000)} s`;
      throw new ConfigError([`${variable}: no database at ${where} ${waited}: ${reason}`]);
    }
    if (await Promise.race([pause(250), isStopped])) return false;
  }
}

async function failureOf(url: string): Promise<pg.DatabaseError | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    return error as pg.DatabaseError;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Wrong password or role (class 28), or no such database (class 3D): waiting will not help. */
function isRefusal({ code }: pg.DatabaseError): boolean {
  return code?.startsWith("28") === true || code?.startsWith("3D") === true;
}
