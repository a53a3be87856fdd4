import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Address } from "./endpoint.ts";

export type Resolve = (hostname: string) => Promise<string[]>;

/** Where an upstream's origins are, as far as the name server told. */
export type AddressBook = {
  /** Everything known now, each once. */
  known(): Address[];
  /**
   * Asks when it is time to, once for all who wait, and is done when there are answers or they took
   * too long. Undefined when what is known, or that nothing is, was asked a moment ago.
   */
  refresh(): Promise<void> | undefined;
  /** Why the last name that could not be resolved could not be. */
  readonly failure: unknown;
};

export type AddressBookOptions = {
  origins: readonly string[];
  now: () => number;
  /** Told when an answer came, even one that came too late for those who had asked. */
  onAnswer: () => void;
  resolve?: Resolve | undefined;
  /** How long an answer is used: replicas come and go within it. */
  everyMs?: number | undefined;
  timeoutMs?: number | undefined;
};

const afterFailureMs = 1_000;

const resolveAll: Resolve = async (hostname) => {
  const found = await lookup(hostname, { all: true, order: "verbatim" });
  return found.map(({ address }) => address);
};

/** An origin that cannot be resolved keeps the addresses it had: a name server may fail. */
export function createAddressBook(options: AddressBookOptions): AddressBook {
  const { now, onAnswer, resolve = resolveAll, everyMs = 5_000, timeoutMs = 2_000 } = options;
  const entries = [...new Set(options.origins)].map((origin) => newEntry(new URL(origin)));
  const names = entries.filter(({ isFixed }) => !isFixed);
  // Addresses that were configured as such are never asked for.
  let dueAt = names.length === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | undefined;
  let failure: unknown;

  async function ask(entry: Entry): Promise<void> {
    try {
      const found = await resolve(bare(entry.url.hostname));
      if (found.length === 0) throw new Error(`${entry.url.hostname} has no address`);
      entry.addresses = [...new Set(found)];
      onAnswer();
    } catch (error) {
      failure = error;
      dueAt = now() + afterFailureMs;
    } finally {
      entry.asking = undefined;
    }
  }

  async function refreshAll(): Promise<void> {
    dueAt = now() + everyMs;
    const asked = names.map((entry) => {
      // One that hangs is not asked again: each question may hold a thread.
      entry.asking ??= ask(entry);
      return entry.asking;
    });
    const waited = new AbortController();
    const timer = delay(timeoutMs, undefined, { ref: false, signal: waited.signal });
    await Promise.race([Promise.all(asked), timer]);
    waited.abort();
    await timer.catch(() => {});
    refreshing = undefined;
  }

  return {
    known: () =>
      entries.flatMap(({ url, addresses }) => addresses.map((address) => ({ url, address }))),
    refresh() {
      if (now() >= dueAt) refreshing ??= refreshAll();
      return refreshing;
    },
    get failure() {
      return failure;
    },
  };
}

type Entry = {
  url: URL;
  isFixed: boolean;
  addresses: string[];
  asking?: Promise<void> | undefined;
};

function newEntry(url: URL): Entry {
  const isFixed = isAddress(url.hostname);
  return { url, isFixed, addresses: isFixed ? [bare(url.hostname)] : [] };
}

/** localhost stays one: its two addresses are one host, and the connection tries both. */
function isAddress(hostname: string): boolean {
  return hostname === "localhost" || isIP(bare(hostname)) !== 0;
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}
