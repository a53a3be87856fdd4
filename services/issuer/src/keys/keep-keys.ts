import type { Log } from "@tollgate/shared/log";
import type { AsymmetricAlgorithm } from "@tollgate/shared/tokens/verify-signature";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { databaseReason } from "../store/database.ts";
import type { Follower } from "../store/follow-store.ts";
import {
  type RingStep,
  type RingTiming,
  stepsDue,
  stepsToRevoke,
  stepsToRotate,
  type Unripe,
} from "./key-ring.ts";
import type { KeyRing, KeyStore } from "./key-store.ts";
import { prepareChange, type Reason } from "./prepare-change.ts";
import type { SigningKey } from "./signing-key.ts";
import { WrappingKeyMissing } from "./wrapping-keys.ts";

export type KeptKeys = {
  /** Takes over what other replicas did, and does what is due. */
  readonly follow: Follower;
  /** Throws, with the reason, as long as there are no keys. */
  check(): void;
  /** Rejects when it is certain that there never will be. */
  readonly failed: Promise<never>;
  /** The ring as the store has it now. */
  read(): Promise<readonly SigningKey[]>;
  rotate(): Promise<Changed | Unripe>;
  /** Undefined when there is no such key. */
  revoke(kid: string): Promise<Changed | undefined>;
};

export type Changed = { readonly keys: readonly SigningKey[] };

export type KeepKeysDeps = {
  store: KeyStore;
  algorithms: readonly AsymmetricAlgorithm[];
  timing: RingTiming;
  trail: AuditTrail;
  log: Log;
  now: () => number;
  onKeys: (keys: readonly SigningKey[]) => void;
};

/**
 * Holds the ring as the store has it, and turns it when it is time. Once loaded the keys stay in
 * memory: minting needs the database no more.
 */
export function keepKeys(deps: KeepKeysDeps): KeptKeys {
  const { store, algorithms, timing, trail, log, onKeys } = deps;
  const now = () => new Date(deps.now());
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {}); // whoever waits for it hears of it; nobody has to
  let ring: KeyRing | undefined;
  let missing: string | undefined = "the signing keys are not loaded yet";

  async function load(): Promise<KeyRing> {
    const read = await store.read();
    if (ring?.stamp === read.stamp) return ring;
    ring = read;
    const complete = algorithms.every((algorithm) => hasBoth(read.keys, algorithm));
    if (complete) {
      onKeys(read.keys);
      missing = undefined;
      const kids = read.keys.map(({ kid, state }) => `${state} ${kid}`);
      log.info({ event: "keys_loaded", version: read.version, kids }, "signing keys loaded");
    }
    return read;
  }

  /** False when another replica was faster: then what is due is judged anew. */
  async function change(from: KeyRing, steps: readonly RingStep[], reason: Reason) {
    const prepared = await prepareChange(steps, from.keys, now(), reason);
    const done = await store.rotateIf(from.version, prepared);
    if (done) for (const { record } of prepared.audit) trail.logged(log, record);
    await load();
    return done;
  }

  async function operate<T extends Unripe | undefined>(
    judge: (keys: readonly SigningKey[]) => readonly RingStep[] | T,
    reason: Reason,
  ): Promise<Changed | T> {
    for (;;) {
      const from = await load();
      const steps = judge(from.keys);
      if (!isSteps(steps)) return steps;
      if (await change(from, steps, reason)) return { keys: (await load()).keys };
    }
  }

  return {
    failed,
    check() {
      if (missing !== undefined) throw new Error(missing);
    },
    async follow({ keys: { stamp } }) {
      try {
        // Not by number, which goes back when a database is restored.
        const present = ring?.stamp === stamp ? ring : await load();
        const due = stepsDue(present.keys, algorithms, timing, now());
        if (due.length > 0) await change(present, due, { by: "schedule" });
      } catch (error) {
        if (error instanceof WrappingKeyMissing && missing !== undefined) reject(error);
        if (missing !== undefined) {
          missing = `the signing keys cannot be read: ${databaseReason(error)}`;
        }
        throw error;
      }
    },
    read: async () => (await load()).keys,
    rotate: () =>
      operate<Unripe>((keys) => stepsToRotate(keys, algorithms, timing, now()), { by: "operator" }),
    revoke: (kid) => {
      const notBefore = Math.floor(deps.now() / 1_000);
      const expiresAt = notBefore + Math.ceil(timing.keepMs / 1_000);
      const revocation = { value: kid, not_before: notBefore, expires_at: expiresAt };
      return operate<undefined>((keys) => stepsToRevoke(keys, kid), {
        by: "operator",
        revocations: [{ kind: "key", ...revocation }],
      });
    },
  };
}

function hasBoth(keys: readonly SigningKey[], algorithm: AsymmetricAlgorithm): boolean {
  return ["active", "next"].every((state) =>
    keys.some((key) => key.state === state && key.algorithm === algorithm),
  );
}

function isSteps<T>(judged: readonly RingStep[] | T): judged is readonly RingStep[] {
  return Array.isArray(judged);
}
