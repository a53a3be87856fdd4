import type { Random } from "./random.ts";

const dayMs = 86_400_000;

export type Deed =
  | { kind: "issue"; invoice: number }
  | { kind: "draft"; invoice: number }
  | { kind: "pay"; invoice: number; share: number }
  | { kind: "credit" | "void" | "give-up"; invoice: number };

export type Step = Deed & { at: Date };

/**
 * Plans what became of invoices over a year and a half, in the order in which it happened: most are
 * paid, some late or in parts, a few are credited, voided or given up, the last are drafts still.
 */
export function planHistory(invoices: number, now: Date, random: Random): Step[] {
  const days = 540;
  const start = now.getTime() - days * dayMs;
  const drafts = Math.ceil(invoices / 50);
  const steps: Step[] = [];
  for (let invoice = 0; invoice < invoices; invoice += 1) {
    const issuedAt = start + (invoice * days * dayMs) / invoices;
    const later = (least: number, most: number) =>
      new Date(issuedAt + random.between(least * 24, most * 24) * 3_600_000);
    const kind = invoice >= invoices - drafts ? "draft" : "issue";
    steps.push({ kind, invoice, at: new Date(issuedAt) });
    if (kind === "issue") steps.push(...fateOf(invoice, random.next(), later));
  }
  return steps
    .filter(({ at }) => at.getTime() < now.getTime() - dayMs)
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}

function fateOf(
  invoice: number,
  chance: number,
  later: (least: number, most: number) => Date,
): Step[] {
  if (chance < 0.02) return [{ kind: "void", invoice, at: later(1, 5) }];
  if (chance < 0.04) return [{ kind: "give-up", invoice, at: later(150, 200) }];
  if (chance < 0.07) return [{ kind: "credit", invoice, at: later(5, 30) }];
  if (chance < 0.12) return []; // nobody pays, and nobody gave up yet
  if (chance < 0.2) {
    return [
      { kind: "pay", invoice, share: 2, at: later(5, 20) },
      { kind: "pay", invoice, share: 1, at: later(25, 60) },
    ];
  }
  return [{ kind: "pay", invoice, share: 1, at: later(2, 45) }];
}
