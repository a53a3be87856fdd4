import { tokenProblem } from "./token-problems.ts";

/**
 * The one token in a request's Authorization header; `rawHeaders` as Node gives them. Throws
 * `token_missing`, or `token_ambiguous` when there are two: the second could be what the next
 * service reads.
 */
export function bearerToken(rawHeaders: readonly string[]): string {
  let found: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length !== 13 || name.toLowerCase() !== "authorization") continue;
    if (found !== undefined) throw tokenProblem("token_ambiguous");
    found = rawHeaders[index + 1] as string;
  }
  if (found === undefined) throw tokenProblem("token_missing");
  return credentials(found);
}

// RFC 6750 section 2.1: the scheme's case does not matter, and the token is one b64token.
function credentials(authorization: string): string {
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1];
  if (token !== undefined) return token;
  if (/^Bearer\b/i.test(authorization)) {
    throw tokenProblem("token_malformed", { detail: "Authorization must be: Bearer <token>" });
  }
  const detail = "Authorization must use the Bearer scheme";
  throw tokenProblem("token_missing", { detail });
}
