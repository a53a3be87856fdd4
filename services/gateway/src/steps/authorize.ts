import { Problem } from "@tollgate/shared/problem";
import type { Caller } from "@tollgate/shared/tokens/caller";
import { bearerChallenge, tokenProblem } from "@tollgate/shared/tokens/token-problems";
import type { Step } from "../context.ts";
import { problem } from "../problems.ts";
import { distance, type Lack, lacksOf } from "../routes/lacks-of.ts";
import type { ProtectedEntry, Rule } from "../routes/schema.ts";
import { identityHeaders } from "../upstream/identity-headers.ts";

/** Does a rule of the route allow this method to this caller? No rule: no. */
export function authorize(): Step {
  return function authorize(ctx, next) {
    const { route, caller } = ctx.state;
    const { guard } = route;
    if (guard === undefined) return next();
    if (caller === undefined) throw tokenProblem("token_missing");
    judge(guard, ctx.method, caller);
    if (guard.identity !== undefined)
      ctx.state.identity = identityOf(guard.identity, guard, caller);
    return next();
  };
}

/** Any rule that names the method will do; a refusal says what the nearest one needs. */
function judge(guard: ProtectedEntry, method: string, caller: Caller): void {
  let nearest: { rule: Rule; lacks: Lack[] } | undefined;
  for (const rule of guard.rules) {
    // HEAD is not GET: a service may route it like one and then run what is not for GET.
    if (!(rule.methods as string[]).includes(method)) continue;
    const lacks = lacksOf(rule, caller);
    if (lacks.length === 0) return;
    if (nearest === undefined || distance(lacks) < distance(nearest.lacks))
      nearest = { rule, lacks };
  }
  throw nearest === undefined ? notAllowed(guard) : refusal(guard, nearest.rule, nearest.lacks);
}

function notAllowed({ rules }: ProtectedEntry): Problem {
  const allow = [...new Set(rules.flatMap((rule) => rule.methods))].join(", ");
  return problem("method_not_allowed", { headers: { allow } });
}

function refusal(guard: ProtectedEntry, rule: Rule, lacks: Lack[]): Problem {
  const detail = `It needs ${lacks.map(({ need }) => need).join(" and ")}`;
  const refused = tokenProblem(lacks[0]?.code ?? "scope_missing", { detail });
  const lacksScope = lacks.some(({ code }) => code === "scope_missing");
  // RFC 6750 section 3: the whole of what would do, so that the next token is the last one asked for.
  const scope = [...(rule.scopes ?? []), ...(rule.any_scope ?? [])].join(" ");
  const challenge = bearerChallenge(refused, guard.audience, lacksScope ? scope : undefined);
  refused.headers["www-authenticate"] = challenge;
  return refused;
}

function identityOf(wanted: Record<string, string>, { audience }: ProtectedEntry, caller: Caller) {
  try {
    return identityHeaders(wanted, caller);
  } catch (error) {
    if (error instanceof Problem) {
      error.headers["www-authenticate"] = bearerChallenge(error, audience);
    }
    throw error;
  }
}
