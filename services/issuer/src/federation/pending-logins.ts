import { dependencyUnavailable } from "../problems.ts";
import type { EngineStore } from "../store/engine-store.ts";

/** A login that somebody began, of which an outside provider has not told us the end. */
export type PendingLogin = {
  /** The interaction that it belongs to, and so the browser. */
  readonly uid: string;
  readonly provider: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Seconds since 1970: whoever was to log in anew must have done so at the provider after this. */
  readonly authenticatedAfter?: number | undefined;
};

/** Each rejects with `dependency_unavailable` when the store does not answer. */
export type PendingLogins = {
  add(state: string, login: PendingLogin): Promise<void>;
  find(state: string): Promise<PendingLogin | undefined>;
  /** True for the first who comes back with this state, in whatever replica. */
  take(state: string): Promise<boolean>;
};

const model = "FederatedLogin";
const lifeMs = 600_000;

/** Beside what the engine keeps, under the hash of the state: an identifier is never stored itself. */
export function createPendingLogins(
  store: Pick<EngineStore, "put" | "find" | "consumeOnce">,
  now: () => number,
): PendingLogins {
  return {
    async add(id, { uid, ...params }) {
      const expiresAt = new Date(now() + lifeMs);
      await store.put({ model, id, payload: { uid, params }, expiresAt }).catch(unavailable);
    },
    async find(state) {
      const found = await store.find(model, state).catch(unavailable);
      if (found === undefined || found.uses > 0) return undefined;
      const { uid, params } = found.payload;
      return { uid, ...params } as PendingLogin; // as it was added
    },
    take: (state) => store.consumeOnce(model, state, 0).catch(unavailable),
  };
}

function unavailable(cause: unknown): never {
  throw dependencyUnavailable({ cause });
}
