import type { Caller } from "@tollgate/shared/tokens/caller";
import { tokenProblem } from "@tollgate/shared/tokens/token-problems";

/**
 * The claims that a route wants as headers, flat, name before value. A claim that the token lacks
 * makes no header. Throws `token_claims_invalid` for one that no header can carry: leaving it out,
 * or mending it, would tell the service about somebody else.
 */
export function identityHeaders(wanted: Record<string, string>, caller: Caller): string[] {
  const headers: string[] = [];
  for (const [name, claim] of Object.entries(wanted)) {
    const value = Object.hasOwn(caller.claims, claim) ? written(caller.claims[claim]) : "";
    if (value === undefined) throw notWritable(claim);
    if (value !== "") headers.push(name, value);
  }
  return headers;
}

// No line breaks, no NUL, and no characters that servers decode in different ways.
const plainValue = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

function written(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return "";
  if (!Array.isArray(value)) return scalar(value);
  const items = value.map(scalar);
  // In a list a comma would make two names out of one.
  const isList = items.every((item) => item !== undefined && !item.includes(","));
  return isList ? items.join(",") : undefined;
}

function scalar(value: unknown): string | undefined {
  const text = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  return typeof text === "string" && plainValue.test(text) ? text : undefined;
}

function notWritable(claim: string) {
  return tokenProblem("token_claims_invalid", {
    detail: `Its "${claim}" cannot be passed on in a header`,
  });
}
