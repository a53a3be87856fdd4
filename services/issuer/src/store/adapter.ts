import Provider, {
  type Adapter,
  type AdapterFactory,
  type AdapterPayload,
  errors,
} from "oidc-provider";
import type { EngineStore, StoredRecord } from "./engine-store.ts";
import { clientsOf } from "./keep-authorizations.ts";
import { isRenamed, nameHeld } from "./session-names.ts";
import { storeUnavailable } from "./unavailable.ts";

export type AdapterDeps = {
  store: EngineStore;
  findClient: (clientId: string) => AdapterPayload | undefined;
  /** How long after its first use a refresh token may be used once more; 0 for not at all. */
  refreshGraceMs: (token: AdapterPayload) => number;
  /** Ends the family of a code or a refresh token, and what else came from its grant. */
  endGrant: (grantId: string) => Promise<void>;
  now: () => number;
};

/** The engine's window to the store. What it finds and then uses is used by one request only. */
export function createAdapter(deps: AdapterDeps): AdapterFactory {
  return function adapter(model) {
    if (model === "Client") return clients(deps);
    if (model === "ReplayDetection") return assertions(deps);
    return records(model, deps);
  };
}

/** Clients come from our own registry, and the engine changes none. */
function clients({ findClient }: AdapterDeps): Adapter {
  return { ...refusing("Client"), find: async (clientId) => findClient(clientId) };
}

/**
 * The engine looks for an assertion and then writes it, between which a copy slips through. Here it
 * finds nothing, and its writing is what decides.
 */
function assertions({ store, now }: AdapterDeps): Adapter {
  const offered = available({
    find: async () => undefined,
    async upsert(id, _payload, expiresIn = 0) {
      const first = await store.addOnce(`assertion ${id}`, new Date(now() + expiresIn * 1_000));
      if (!first) throw new errors.InvalidClientAuth("the assertion was used before");
    },
  });
  return { ...refusing("ReplayDetection"), ...offered };
}

/** A record as a request found it: how often it was used, and which clients a session knew. */
type Seen = { uses: number; clients: readonly string[] };

/** What a request reads and writes again. What somebody ended meanwhile must not be there again then. */
const rewritten = new Set(["Session", "Grant"]);

function records(model: string, deps: AdapterDeps): Adapter {
  const { store, endGrant, now } = deps;
  const seen = new WeakMap<object, Map<string, Seen>>();

  const offered = available({
    async upsert(id, payload, expiresIn = 0) {
      const expiresAt = new Date(now() + expiresIn * 1_000);
      const record = { model, id, payload: withoutCookie(payload), expiresAt };
      const ids = Provider.ctx && seen.get(Provider.ctx);
      const held = rewritten.has(model) && ids ? nameHeld(id, ids) : undefined;
      if (held === undefined) return await store.put(record);
      if (!(await store.replace(held, record, ids?.get(held)?.clients ?? []))) {
        throw new errors.LoginRequired("the session has ended in the meantime");
      }
      ids?.set(id, { uses: 0, clients: clientsOf(payload) });
    },
    async find(id) {
      const record = await store.find(model, id);
      if (record === undefined) return undefined;
      const request = Provider.ctx;
      if (request) {
        const ids = seen.get(request) ?? new Map<string, Seen>();
        seen.set(request, ids.set(id, { uses: record.uses, clients: clientsOf(record.payload) }));
      }
      return { ...record.payload, jti: id, ...consumedBy(record, model, deps) };
    },
    async findByUid(uid) {
      return (await store.findByUid(model, uid))?.payload;
    },
    async consume(id) {
      const { uses = 0 } = (Provider.ctx && seen.get(Provider.ctx)?.get(id)) ?? {};
      if (await store.consumeOnce(model, id, uses)) return;
      // Somebody was faster by less than this request took. Whoever comes later ends the family.
      const because = "it was used by another request at the same time";
      throw model === "PushedAuthorizationRequest"
        ? new errors.InvalidRequestUri(because)
        : new errors.InvalidGrant(because);
    },
    async destroy(id) {
      const session = model === "Session" ? Provider.ctx?.oidc.session : undefined;
      if (session === undefined) return await store.destroy(model, id);
      // By its uid: another request may have renamed it. Its old name goes when the new one is written.
      if (!isRenamed(id)) await store.destroyByUid(model, session.uid);
    },
    // The engine asks each model in turn; the answer to one of them ends all that there is.
    revokeByGrantId: async (grantId) => (model === "AccessToken" ? endGrant(grantId) : undefined),
  });
  return { ...refusing(model), ...offered };
}

/** The engine keeps a session's cookie with the interaction, and never reads it there. */
function withoutCookie(payload: AdapterPayload): AdapterPayload {
  const { session } = payload;
  if (session === undefined) return payload;
  const { cookie: _credential, ...rest } = session;
  return { ...payload, session: rest as typeof session };
}

/**
 * The engine ends a family when it meets a token that was consumed. One whose response may have been
 * lost on the way is shown as fresh, once and not for long.
 */
function consumedBy(record: StoredRecord, model: string, { refreshGraceMs, now }: AdapterDeps) {
  const { uses, firstUsedAt, payload } = record;
  if (firstUsedAt === undefined) return {};
  const graceMs = model === "RefreshToken" ? refreshGraceMs(payload) : 0;
  const forgiven = uses === 1 && now() < firstUsedAt.getTime() + graceMs;
  return forgiven ? {} : { consumed: Math.floor(firstUsedAt.getTime() / 1_000) };
}

function refusing(model: string): Adapter {
  const refuse = async (): Promise<never> => {
    throw new Error(`the engine wants more of the store for ${model} than it offers`);
  };
  return {
    upsert: refuse,
    find: refuse,
    findByUid: refuse,
    findByUserCode: refuse,
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: refuse,
  };
}

/** A store that fails is not the caller's fault, nor a bug of ours. */
function available(operations: Partial<Adapter>): Partial<Adapter> {
  const guarded = Object.entries(operations).map(([name, operation]) => [
    name,
    async (...parameters: [never, never, never]) => {
      try {
        return await operation(...parameters);
      } catch (error) {
        throw error instanceof errors.OIDCProviderError ? error : storeUnavailable(error);
      }
    },
  ]);
  // The same operations under the same names; TypeScript cannot follow fromEntries.
  return Object.fromEntries(guarded) as Partial<Adapter>;
}
