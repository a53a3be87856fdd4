import type { Log } from "@tollgate/shared/log";
import type { Follower } from "../store/follow-store.ts";
import { type Client, clientSchema } from "./client.ts";
import type { ClientStore, StoredClient } from "./client-store.ts";

export type ClientDirectory = {
  readonly follow: Follower;
  /** Everybody, disabled ones too. */
  all(): ReadonlyMap<string, Client>;
};

/** The clients that the file declares, and what was added, switched off and on while running. */
export function createClientDirectory(
  declared: ReadonlyMap<string, Client>,
  store: ClientStore,
  log: Log,
): ClientDirectory {
  let present = declared;
  let stamp: string | undefined;

  return {
    all: () => present,
    async follow({ clients }) {
      if (clients.stamp === stamp) return;
      present = merge(declared, await store.all(), log);
      stamp = clients.stamp;
    },
  };
}

function merge(
  declared: ReadonlyMap<string, Client>,
  stored: readonly StoredClient[],
  log: Log,
): ReadonlyMap<string, Client> {
  const merged = new Map(declared);
  for (const { client_id, definition, enabled } of stored) {
    const client = declared.get(client_id) ?? readDefinition(client_id, definition, log);
    if (client !== undefined)
      merged.set(client_id, { ...client, enabled: client.enabled && enabled });
  }
  return merged;
}

/** A definition that no longer holds is a client that nobody can be. */
function readDefinition(client_id: string, definition: unknown, log: Log): Client | undefined {
  if (definition === null) return undefined;
  const read = clientSchema.safeParse(definition);
  if (read.success) return read.data;
  const reason = read.error.issues.map(({ message }) => message).join("; ");
  log.error({ event: "client_unreadable", client_id, reason }, "a stored client cannot be read");
  return undefined;
}
