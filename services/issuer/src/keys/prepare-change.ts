import type { Revocation } from "@tollgate/shared/revocations/feed";
import { type AuditEvent, recordOf } from "../audit/audit-event.ts";
import type { RingStep } from "./key-ring.ts";
import type { RingChange } from "./key-store.ts";
import { generateSigningKey, type SigningKey } from "./signing-key.ts";

export type Reason = {
  /** "schedule", or what an operator asked for. */
  readonly by: string;
  readonly revocations?: readonly Revocation[];
};

/** Steps made ready to be written: keys generated, and an audit record for each. */
export async function prepareChange(
  steps: readonly RingStep[],
  keys: readonly SigningKey[],
  now: Date,
  { by, revocations = [] }: Reason,
): Promise<RingChange> {
  const made: SigningKey[] = [];
  const events: AuditEvent[] = [];
  const changed = { activate: [] as string[], retire: [] as string[], drop: [] as string[] };
  for (const step of steps) {
    if (step.do === "make") {
      const key = await generateSigningKey(step.algorithm, step.state, now);
      made.push(key);
      const { kid, algorithm, state } = key;
      events.push({ event: "key_made", kid, algorithm, state, by });
      continue;
    }
    const { kid } = step;
    changed[step.do].push(kid);
    const algorithm = keys.find((key) => key.kid === kid)?.algorithm;
    events.push({ event: eventOf[step.do], kid, algorithm, by });
  }
  for (const { value: kid } of revocations) events.push({ event: "key_revoked", kid, by });
  return {
    made,
    activated: changed.activate,
    retired: changed.retire,
    dropped: changed.drop,
    at: now,
    revocations,
    audit: events.map((event) => ({ record: recordOf(event), at: now })),
  };
}

const eventOf = {
  activate: "key_activated",
  retire: "key_retired",
  drop: "key_dropped",
} as const;
