import type { Database } from "../store/database.ts";

export type Consent = {
  readonly sub: string;
  readonly clientId: string;
  readonly resource: string;
  readonly scopes: readonly string[];
};

/** What people let clients have, beyond the session in which they were asked. */
export type ConsentStore = {
  remember(consent: Consent): Promise<void>;
  /** Which scopes of this resource the person has let the client have. */
  find(about: Omit<Consent, "scopes">): Promise<readonly string[]>;
};

export function createPostgresConsentStore(database: Database): ConsentStore {
  return {
    async remember({ sub, clientId: client_id, resource, scopes }) {
      if (scopes.length === 0) return;
      await database
        .insertInto("consents")
        .values(scopes.map((scope) => ({ sub, client_id, resource, scope })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async find({ sub, clientId, resource }) {
      const rows = await database
        .selectFrom("consents")
        .select("scope")
        .where("sub", "=", sub)
        .where("client_id", "=", clientId)
        .where("resource", "=", resource)
        .execute();
      return rows.map(({ scope }) => scope);
    },
  };
}
