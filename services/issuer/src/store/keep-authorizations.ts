import type { AdapterPayload } from "oidc-provider";
import type { NewRecord } from "./engine-store.ts";

/** The clients that a session has given something to. */
export function clientsOf({ authorizations = {} }: AdapterPayload): string[] {
  return Object.keys(authorizations);
}

/**
 * Two apps may be opened in one session at the same moment, and each of the requests writes the
 * session as it found it, with its own app. What is `held` by then for clients that this one did
 * not know of stays, if it is still the same person's.
 */
export function keepAuthorizations(
  record: NewRecord,
  held: AdapterPayload,
  known: readonly string[],
): NewRecord {
  const { payload } = record;
  if (payload.accountId === undefined || payload.accountId !== held.accountId) return record;
  const others = Object.entries(held.authorizations ?? {}).filter(([id]) => !known.includes(id));
  if (others.length === 0) return record;
  const authorizations = { ...Object.fromEntries(others), ...payload.authorizations };
  return { ...record, payload: { ...payload, authorizations } };
}
