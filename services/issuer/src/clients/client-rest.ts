import { addressBlock } from "@tollgate/shared/http/address-block";
import { type AttemptStore, attemptKey } from "../limits/attempts.ts";
import { createBackOff } from "../limits/back-off.ts";
import { clientAddressLane, clientLane } from "../limits/lanes.ts";
import type { Follower } from "../store/follow-store.ts";

/** Who has failed too often, at any replica: a client at one address, and an address with any clients. */
export type ClientRest = {
  /** As of half a second ago at most, and without a question to the store. */
  isResting(clientId: string, ip: string): boolean;
  /** Counts a wrong secret here at once, before anybody else's is looked at. */
  missed(clientId: string, ip: string): void;
  /** Counts a failure for all replicas. Throws `dependency_unavailable` when it cannot. */
  failed(clientId: string, ip: string): Promise<void>;
  succeeded(clientId: string, ip: string): Promise<void>;
  readonly follow: Follower;
};

/**
 * Nothing is asked of the store and nothing written for a client that has not failed. That leaves a
 * burst at replicas that have not heard of each other's failures yet: each looks at `free` secrets.
 */
export function createClientRest(attempts: AttemptStore, now: () => number = Date.now): ClientRest {
  const here = createBackOff(clientLane, now);
  let resting = new Map<string, number>();
  let stamp: string | undefined;

  const at = (clientId: string, ip: string) => `${addressBlock(ip)} ${clientId}`;
  const rests = (key: string) => (resting.get(key) ?? 0) > now();

  return {
    isResting(clientId, ip) {
      const name = at(clientId, ip);
      if (here.isResting(name)) return true;
      if (resting.size === 0) return false; // and nothing is hashed for those who do well
      return (
        rests(attemptKey(clientLane, name)) ||
        rests(attemptKey(clientAddressLane, addressBlock(ip)))
      );
    },

    missed: (clientId, ip) => here.failed(at(clientId, ip)),

    async failed(clientId, ip) {
      for (const [lane, name] of [
        [clientLane, at(clientId, ip)],
        [clientAddressLane, addressBlock(ip)],
      ] as const) {
        const { restsUntil } = await attempts.take(lane, name);
        if (restsUntil > now()) resting.set(attemptKey(lane, name), restsUntil);
      }
    },

    async succeeded(clientId, ip) {
      const name = at(clientId, ip);
      if (!here.succeeded(name)) return;
      // Its failures are forgotten in a while by themselves; it need not fail for that now.
      await attempts.clear(clientLane, name).catch(() => {});
    },

    async follow({ attempts: version }) {
      if (version.stamp === stamp) {
        for (const [key, until] of resting) if (until <= now()) resting.delete(key);
        return;
      }
      resting = new Map(await attempts.resting());
      stamp = version.stamp;
    },
  };
}
