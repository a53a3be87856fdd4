import { DevError } from "./dev-error.ts";

/** Waits for all of them, however they end, and throws what is wrong with any: a line a fault. */
export async function settleAll(attempts: Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(attempts);
  const reasons = outcomes
    .filter((outcome) => outcome.status === "rejected")
    .map(({ reason }): unknown => reason);
  if (reasons.length === 0) return;
  const bug = reasons.find((reason) => !(reason instanceof DevError));
  if (bug !== undefined) throw bug;
  throw new DevError(reasons.map((reason) => (reason as DevError).message).join("\n"));
}
