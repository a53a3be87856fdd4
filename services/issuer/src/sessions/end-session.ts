import type { EngineStore } from "../store/engine-store.ts";
import type { EndGrant } from "./end-grants.ts";

export type EndSessionDeps = {
  store: Pick<EngineStore, "findByUid" | "destroyByUid">;
  endGrant: EndGrant;
};

/** Ends a person's session in one browser, and all that it gave to clients. */
export type EndSession = (uid: string) => Promise<void>;

export function createEndSession({ store, endGrant }: EndSessionDeps): EndSession {
  return async function endSession(uid) {
    const session = await store.findByUid("Session", uid);
    const { authorizations = {} } = session?.payload ?? {};
    for (const { grantId } of Object.values(authorizations)) {
      if (grantId !== undefined) await endGrant(grantId);
    }
    // By its uid: of the identifier, which is the cookie, the store has but the hash.
    await store.destroyByUid("Session", uid);
  };
}
