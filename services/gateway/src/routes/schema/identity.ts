import * as z from "zod";
import { headerKind } from "../../http/header-names.ts";
import { isIdentityName } from "../../http/reserved-names.ts";

const header = z.string().refine(isSettable, {
  error: "must be one of the reserved identity headers, like X-User-Id: no client can send those",
});

/** Which claims of the token the upstream is told in which headers. */
export const identity = z.record(header, z.string().min(1)).refine(hasNoTwins, {
  error: "must name every header once, whatever the case of its letters",
});

function isSettable(name: string): boolean {
  const { lower, isPlain } = headerKind(name);
  return isPlain && isIdentityName(lower);
}

function hasNoTwins(headers: Record<string, string>): boolean {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  return new Set(names).size === names.length;
}
