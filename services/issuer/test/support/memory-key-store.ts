import type { KeyRing, KeyStore, RingChange } from "../../src/keys/key-store.ts";
import type { SigningKey } from "../../src/keys/signing-key.ts";

/** The key ring's contract in one process, for tests. */
export function createMemoryKeyStore(): KeyStore {
  let ring: KeyRing = { version: 0, stamp: "0", keys: [] };
  return {
    read: async () => ring,
    async rotateIf(version, change) {
      if (version !== ring.version) return false;
      const next = version + 1;
      ring = { version: next, stamp: String(next), keys: applyChange(ring.keys, change) };
      return true;
    },
  };
}

export function applyChange(keys: readonly SigningKey[], change: RingChange): SigningKey[] {
  const { at } = change;
  const left = keys.filter(({ kid }) => !change.dropped.includes(kid));
  const changed = left.map((key): SigningKey => {
    if (change.retired.includes(key.kid)) {
      return { ...key, state: "retired", privateJwk: undefined, retiredAt: at };
    }
    if (change.activated.includes(key.kid)) return { ...key, state: "active", activatedAt: at };
    return key;
  });
  return [...changed, ...change.made];
}
