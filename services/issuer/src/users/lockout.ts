import { addressBlock } from "@tollgate/shared/http/address-block";
import type { AttemptStore, Lane } from "../limits/attempts.ts";
import { accountLane, loginAddressLane, loginLane } from "../limits/lanes.ts";
import type { KnownAddresses } from "./known-addresses.ts";

/** A password may be compared. It counts as wrong until one of these says otherwise. */
export type LoginAttempt = {
  succeeded(): Promise<void>;
  /** It was not compared after all. */
  withdrawn(): Promise<void>;
};

export type Lockout = {
  /**
   * Undefined while this name, this address, or this name at such addresses rests. It is the same for
   * a name that nobody has, so that it tells nothing about an account.
   */
  admit(username: string, ip: string): Promise<LoginAttempt | undefined>;
};

type Place = readonly [lane: Lane, key: string];

/** See docs/adr/0013 for the lanes, and for what somebody can do to another's account. */
export function createLockout(attempts: AttemptStore, addresses: KnownAddresses): Lockout {
  async function giveBack(places: readonly Place[]): Promise<void> {
    for (const [lane, key] of places) await attempts.giveBack(lane, key);
  }

  return {
    async admit(username, ip) {
      const address = addressBlock(ip);
      const own: Place = [loginLane, `${address} ${username}`]; // no address has a space
      const shared: Place[] = [[loginAddressLane, address]];
      if (!(await addresses.knows(username, address))) shared.push([accountLane, username]);

      // The narrowest first: what rests at one address takes no turn from the account's owner.
      const taken: Place[] = [];
      for (const place of [own, ...shared]) {
        if (!(await attempts.take(...place)).admitted) {
          await giveBack(taken);
          return undefined;
        }
        taken.push(place);
      }
      return {
        async succeeded() {
          await attempts.clear(...own);
          await giveBack(shared); // what others fail there is not forgiven for it
          await addresses.remember(username, address);
        },
        withdrawn: () => giveBack(taken),
      };
    },
  };
}
