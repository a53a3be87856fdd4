import { hash } from "node:crypto";
import { dependencyUnavailable } from "../problems.ts";
import type { Database } from "../store/database.ts";

/** Where somebody logged in of late: strangers elsewhere do not lock them out there. */
export type KnownAddresses = {
  knows(username: string, address: string): Promise<boolean>;
  remember(username: string, address: string): Promise<void>;
  sweep(): Promise<number>;
};

const keptMs = 30 * 24 * 60 * 60_000;

export function createKnownAddresses(
  database: Database,
  now: () => number = Date.now,
): KnownAddresses {
  return {
    async knows(username, address) {
      const found = await database
        .selectFrom("known_addresses")
        .select("key")
        .where("key", "=", keyOf(username, address))
        .where("expires_at", ">", new Date(now()))
        .executeTakeFirst()
        .catch(unavailable);
      return found !== undefined;
    },
    async remember(username, address) {
      const expires_at = new Date(now() + keptMs);
      await database
        .insertInto("known_addresses")
        .values({ key: keyOf(username, address), expires_at })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ expires_at }))
        .execute()
        .catch(unavailable);
    },
    async sweep() {
      const { numDeletedRows } = await database
        .deleteFrom("known_addresses")
        .where("expires_at", "<=", new Date(now()))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

function keyOf(username: string, address: string): string {
  return hash("sha256", `${username} ${address}`, "base64url");
}

function unavailable(cause: unknown): never {
  const detail = "Who may log in cannot be had at the moment";
  throw dependencyUnavailable({ detail, cause });
}
