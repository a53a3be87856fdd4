import { addressBlock } from "@tollgate/shared/http/address-block";
import { problem } from "../problems.ts";
import { createSuspects } from "./suspects.ts";
import { createTurns } from "./turns.ts";

/** Where a token came from: the socket, told apart from every other one of its address. */
export type Peer = { readonly remoteAddress?: string | undefined };

/**
 * Where verifications run. A source that keeps sending forged signatures goes to the slow lane: a
 * few verifications a turn of the event loop, so that everyone else's requests pass in between.
 * Behind a proxy all callers are one source, and share that lane while one of them floods.
 */
export type VerificationLane = {
  run<T>(peer: Peer, verify: () => T | Promise<T>): T | Promise<T>;
  reportFailure(peer: Peer): void;
  readonly waiting: number;
};

export type LaneOptions = { failuresPerSecond?: number; maxWaiting?: number };

export function createVerificationLane(
  { failuresPerSecond = 20, maxWaiting = 1_024 }: LaneOptions,
  now: () => number,
): VerificationLane {
  const suspects = createSuspects({ failuresPerSecond }, now);
  const forgers = new WeakSet<Peer>();
  const turns = createTurns(maxWaiting);

  return {
    get waiting() {
      return turns.waiting;
    },
    run(peer, verify) {
      if (!suspects.includes(() => addressBlock(peer.remoteAddress))) return verify();
      return new Promise((resolve, reject) => {
        // A flood comes over connections that have sent forged tokens; whoever shares its address,
        // and not its connections, goes before it.
        const taken = turns.take(forgers.has(peer) ? "last" : "first", () => {
          try {
            resolve(verify());
          } catch (error) {
            reject(error);
          }
        });
        const headers = { "retry-after": "1" };
        if (!taken) reject(problem("too_many_forged_tokens", { headers }));
      });
    },
    reportFailure(peer) {
      forgers.add(peer);
      suspects.report(addressBlock(peer.remoteAddress));
    },
  };
}
