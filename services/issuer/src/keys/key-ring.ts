import type { AsymmetricAlgorithm } from "@tollgate/shared/tokens/verify-signature";
import type { SigningKey } from "./signing-key.ts";

/** What happens to one key. Steps are taken in their order, all of a list or none. */
export type RingStep =
  | {
      readonly do: "make";
      readonly algorithm: AsymmetricAlgorithm;
      readonly state: "next" | "active";
    }
  | { readonly do: "activate" | "retire" | "drop"; readonly kid: string };

export type RingTiming = {
  /** How long a key signs before the next one takes over. */
  readonly rotateAfterMs: number;
  /** How long a key is published before it may sign: verifiers keep what they fetched. */
  readonly publishMs: number;
  /** How long a retired key is published still: its last token's life, and what caches add. */
  readonly keepMs: number;
};

/** What the clock demands: gone keys dropped, old ones replaced, and what is missing made. */
export function stepsDue(
  keys: readonly SigningKey[],
  algorithms: readonly AsymmetricAlgorithm[],
  timing: RingTiming,
  now: Date,
): RingStep[] {
  const dropped = keys
    .filter(({ retiredAt }) => isPast(retiredAt, timing.keepMs, now))
    .map(({ kid }): RingStep => ({ do: "drop", kid }));
  const steps = algorithms.flatMap((algorithm): RingStep[] => {
    const { active, next } = ofAlgorithm(keys, algorithm);
    // A ring's first key cannot be published ahead: there is none before it to sign meanwhile.
    if (active === undefined) {
      return [
        next ? { do: "activate", kid: next.kid } : { do: "make", algorithm, state: "active" },
        { do: "make", algorithm, state: "next" },
      ];
    }
    if (next === undefined) return [{ do: "make", algorithm, state: "next" }];
    const isOld = isPast(active.activatedAt, timing.rotateAfterMs, now);
    return isOld && isRipe(next, active, timing, now) ? rotation(active, next) : [];
  });
  return [...dropped, ...steps];
}

export type Unripe = { readonly ripeAt: Date };

/** The same on demand; a next key that not every verifier can know yet must wait, until `ripeAt`. */
export function stepsToRotate(
  keys: readonly SigningKey[],
  algorithms: readonly AsymmetricAlgorithm[],
  timing: RingTiming,
  now: Date,
): RingStep[] | Unripe {
  const pairs = algorithms
    .map((algorithm) => ofAlgorithm(keys, algorithm))
    .filter((pair): pair is Pair => pair.active !== undefined && pair.next !== undefined);
  const unripe = pairs
    .filter(({ active, next }) => !isRipe(next, active, timing, now))
    .map(({ next }) => next.publishedAt.getTime() + timing.publishMs);
  if (unripe.length > 0) return { ripeAt: new Date(Math.max(...unripe)) };
  return pairs.flatMap(({ active, next }) => rotation(active, next));
}

/** An emergency: the key is gone at once, and if it signed, the next one signs from now on. */
export function stepsToRevoke(keys: readonly SigningKey[], kid: string): RingStep[] | undefined {
  const revoked = keys.find((key) => key.kid === kid);
  if (revoked === undefined) return undefined;
  const { algorithm, state } = revoked;
  const drop: RingStep = { do: "drop", kid };
  if (state === "retired") return [drop];
  const { next } = ofAlgorithm(keys, algorithm);
  const successor: RingStep[] =
    state === "next"
      ? []
      : [next ? { do: "activate", kid: next.kid } : { do: "make", algorithm, state: "active" }];
  return [drop, ...successor, { do: "make", algorithm, state: "next" }];
}

type Pair = { active: SigningKey; next: SigningKey };

function rotation(active: SigningKey, next: SigningKey): RingStep[] {
  return [
    { do: "retire", kid: active.kid },
    { do: "activate", kid: next.kid },
    { do: "make", algorithm: next.algorithm, state: "next" },
  ];
}

/** Long enough in the JWKS; or there was never one with the active key and without it. */
function isRipe(next: SigningKey, active: SigningKey, { publishMs }: RingTiming, now: Date) {
  return next.publishedAt <= active.publishedAt || isPast(next.publishedAt, publishMs, now);
}

function ofAlgorithm(keys: readonly SigningKey[], algorithm: AsymmetricAlgorithm) {
  const inState = (state: string) =>
    keys.find((key) => key.algorithm === algorithm && key.state === state);
  return { active: inState("active"), next: inState("next") };
}

function isPast(since: Date | undefined, ms: number, now: Date): boolean {
  return since !== undefined && now.getTime() - since.getTime() >= ms;
}
