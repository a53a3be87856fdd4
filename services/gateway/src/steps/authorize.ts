import type { Problem } from "@tollgate/shared/problem";
import type { Caller } from "@tollgate/shared/tokens/caller";
import { bearerChallenge, tokenProblem } from "@tollgate/shared/tokens/token-problems";
import type { Step } from "../context.ts";
import { problem } from "../problems.ts";
import type { ProtectedEntry, Rule } from "../routes/schema.ts";

/** Does a rule of the route allow this method to this caller? No rule: no. */
export function authorize(): Step {
  return function authorize(ctx, next) {
    const { route, caller } = ctx.state;
    if (route.guard === undefined) return next();
    if (caller === undefined) throw tokenProblem("token_missing");
    judge(route.guard, ctx.method, caller);
    return next();
  };
}

function judge(guard: ProtectedEntry, method: string, caller: Caller): void {
  const rules = guard.rules.filter((rule) => (rule.methods as string[]).includes(method));
  if (rules.length === 0) {
    const allow = [...new Set(guard.rules.flatMap((rule) => rule.methods))].join(", ");
    throw problem("method_not_allowed", { headers: { allow } });
  }
  const refusals = rules.map((rule) => lack(rule, caller));
  if (refusals.includes(undefined)) return;
  const refusal = refusals[0];
  if (refusal === undefined) return;
  refusal.problem.headers["www-authenticate"] = bearerChallenge(
    refusal.problem,
    guard.audience,
    refusal.scope,
  );
  throw refusal.problem;
}

type Refusal = { problem: Problem; scope?: string };

/** What the caller lacks for a rule; nothing when it is met. */
function lack(rule: Rule, { scopes, roles, tokenUse }: Caller): Refusal | undefined {
  if (rule.scopes !== undefined && !rule.scopes.every((scope) => scopes.has(scope))) {
    return { problem: missing("scope_missing", "all", rule.scopes), scope: rule.scopes.join(" ") };
  }
  if (rule.any_scope !== undefined && !rule.any_scope.some((scope) => scopes.has(scope))) {
    const problem = missing("scope_missing", "one", rule.any_scope);
    return { problem, scope: rule.any_scope.join(" ") };
  }
  if (rule.roles !== undefined && !rule.roles.every((role) => roles.has(role))) {
    return { problem: missing("role_missing", "all", rule.roles) };
  }
  if (rule.any_role !== undefined && !rule.any_role.some((role) => roles.has(role))) {
    return { problem: missing("role_missing", "one", rule.any_role) };
  }
  if (rule.token_use !== undefined && rule.token_use !== tokenUse) {
    const detail = `Only a ${rule.token_use}'s token is accepted`;
    return { problem: tokenProblem("token_use_not_allowed", { detail }) };
  }
  return undefined;
}

function missing(code: "scope_missing" | "role_missing", how: "all" | "one", names: string[]) {
  return tokenProblem(code, { detail: `It needs ${how} of: ${names.join(", ")}` });
}
