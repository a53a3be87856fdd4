import { isReservedName } from "./reserved-names.ts";

/** RFC 9110 section 7.6.1, and what else concerns one connection alone. */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-authentication-info",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
]);

export type HeaderKind = {
  readonly lower: string;
  /**
   * What a server that follows CGI takes the name for: `X_User.Id` is `x-user-id` to it. Everything
   * here is judged by that name (CVE-2026-39858, GHSA-x677-9fxg-v5c5).
   */
  readonly alias: string;
  readonly isHopByHop: boolean;
  readonly isReserved: boolean;
  /** Only letters, digits and hyphens: nobody behind us reads it as another name. */
  readonly isPlain: boolean;
};

const known = new Map<string, HeaderKind>();
const maxKnown = 2_000;

/** What a header's name means here; names that were seen before cost one look-up. */
export function headerKind(name: string): HeaderKind {
  const found = known.get(name);
  if (found !== undefined) return found;
  const kind = classify(name.toLowerCase());
  if (known.size < maxKnown && name.length <= 64) known.set(name, kind);
  return kind;
}

function classify(lower: string): HeaderKind {
  const alias = lower.replace(/[^a-z0-9]/g, "-");
  return {
    lower,
    alias,
    isHopByHop: hopByHop.has(alias),
    isReserved: isReservedName(alias),
    isPlain: lower === alias,
  };
}
