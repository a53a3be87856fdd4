import * as z from "zod";
import { headerKind } from "../../http/header-names.ts";
import { isIdentityName } from "../../http/reserved-names.ts";

/** Which claims of the token the upstream is told, and in which headers: header before claim. */
export const identity = z.record(z.string(), z.string().min(1)).superRefine((headers, context) => {
  const seen = new Set<string>();
  for (const name of Object.keys(headers)) {
    const fault = faultOf(name, seen);
    if (fault !== undefined) {
      context.addIssue({ code: "custom", path: [name], message: fault });
    }
  }
});

function faultOf(name: string, seen: Set<string>): string | undefined {
  const { lower, isPlain } = headerKind(name);
  if (!isPlain || !isIdentityName(lower)) {
    return "must be one of the reserved identity headers, like X-User-Id: clients cannot send those";
  }
  if (seen.has(lower)) return "is here twice: the case of its letters makes no difference";
  seen.add(lower);
  return undefined;
}
