import { hash } from "node:crypto";

/** What failures of one kind cost. */
export type Lane = {
  readonly name: string;
  /** So many failures are let through before the first rest. */
  readonly free: number;
  /** The first rest; each failure after it doubles the next. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** So long a quiet time wipes the slate. */
  readonly forgetMs: number;
  /** Whether every replica keeps in mind who rests here, to ask nothing of the store for others. */
  readonly followed?: boolean;
};

/** `restsUntil` is in milliseconds since 1970; 0 where no rest begins with this attempt. */
export type Taken = { readonly admitted: boolean; readonly restsUntil: number };

/**
 * Failures by key, counted for all replicas together. An attempt is counted as failed before it is
 * made, in one atomic write: of any number that come at once, those beyond the free ones are refused.
 * Throws `dependency_unavailable` when it cannot be counted: nobody is let through uncounted.
 */
export type AttemptStore = {
  /** Counts one more, unless the key rests: who hammers on does not prolong the rest. */
  take(lane: Lane, key: string): Promise<Taken>;
  /** It was no failure: uncounts it, and ends the rest that it began. */
  giveBack(lane: Lane, key: string): Promise<void>;
  clear(lane: Lane, key: string): Promise<void>;
  /** Who rests in the lanes that are followed, until when; by `attemptKey`. */
  resting(): Promise<ReadonlyMap<string, number>>;
  sweep(): Promise<number>;
};

/** Bounded in size, and it tells nobody which names were tried. */
export function attemptKey({ name }: Lane, key: string): string {
  return hash("sha256", `${name} ${key}`, "base64url");
}

/** Milliseconds of rest after so many failures. */
export function restAfter(failures: number, { free, firstMs, longestMs }: Lane): number {
  return failures < free ? 0 : Math.min(firstMs * 2 ** (failures - free), longestMs);
}
