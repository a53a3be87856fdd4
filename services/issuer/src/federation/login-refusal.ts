import { Problem } from "@tollgate/shared/problem";
import { problem, type problemCatalogue } from "../problems.ts";

/** Reasons by the refusal they belong to: for the audit, and never for the page. */
const reasons = new WeakMap<Problem, string>();

type Code = keyof typeof problemCatalogue & `${"provider" | "federated"}_${string}`;

/** The page says what the code says, and nothing that a provider wrote. */
export function loginRefusal(code: Code, reason: string, cause?: unknown): Problem {
  const refusal = problem(code, { cause });
  reasons.set(refusal, reason);
  return refusal;
}

export function reasonOf(error: unknown): string | undefined {
  return error instanceof Problem ? reasons.get(error) : undefined;
}
