import type { Caller } from "@tollgate/shared/tokens/caller";
import type { Rule } from "./schema.ts";

/** One thing that keeps a caller from meeting a rule. */
export type Lack = {
  readonly code: "token_use_not_allowed" | "role_missing" | "scope_missing";
  /** What is needed, to go behind "It needs". */
  readonly need: string;
};

/** All that a caller lacks for a rule, what is hardest to come by first; empty when it is met. */
export function lacksOf(rule: Rule, { tokenUse, roles, scopes }: Caller): Lack[] {
  const lacks: Lack[] = [];
  if (rule.token_use !== undefined && rule.token_use !== tokenUse) {
    lacks.push({ code: "token_use_not_allowed", need: `a ${rule.token_use}'s token` });
  }
  if (rule.roles?.some((role) => !roles.has(role))) {
    lacks.push({ code: "role_missing", need: `all of the roles ${rule.roles.join(", ")}` });
  }
  if (rule.any_role?.every((role) => !roles.has(role))) {
    lacks.push({ code: "role_missing", need: `one of the roles ${rule.any_role.join(", ")}` });
  }
  if (rule.scopes?.some((scope) => !scopes.has(scope))) {
    lacks.push({ code: "scope_missing", need: `all of the scopes ${rule.scopes.join(", ")}` });
  }
  if (rule.any_scope?.every((scope) => !scopes.has(scope))) {
    lacks.push({ code: "scope_missing", need: `one of the scopes ${rule.any_scope.join(", ")}` });
  }
  return lacks;
}

/** How far a caller is from meeting a rule: a scope can be asked for, a role given, its kind stays. */
export function distance(lacks: readonly Lack[]): number {
  return lacks.reduce((sum, { code }) => sum + steps[code], 0);
}

const steps = { scope_missing: 1, role_missing: 10, token_use_not_allowed: 100 };
