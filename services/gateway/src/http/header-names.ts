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

/** What the gateway says to a service about a request, and nobody else may. */
const reserved = new Set([
  "forwarded",
  "x-real-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "true-client-ip",
  "cf-connecting-ip",
  "x-request-id",
  "x-http-method-override",
  "x-http-method",
  "x-method-override",
  "x-rewrite-url",
  "traceparent",
]);

const reservedFamilies = [
  "x-forwarded",
  "x-original-",
  "x-envoy-",
  "x-tollgate-",
  "x-auth-",
  "x-user",
  "x-client-",
  "x-tenant",
  "x-role",
  "x-scope",
  "x-remote-",
  "remote-user",
];

export type HeaderKind = {
  readonly lower: string;
  readonly isHopByHop: boolean;
  readonly isReserved: boolean;
  /** Only letters, digits and hyphens: nobody behind us reads it as another name. */
  readonly isPlain: boolean;
};

const plainName = /^[a-z0-9-]+$/;
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

/** CGI-like servers read `X_User.Id` as `X-User-Id` (CVE-2026-39858): judged as what it aliases. */
function classify(lower: string): HeaderKind {
  const alias = lower.replace(/[^a-z0-9]/g, "-");
  return {
    lower,
    isHopByHop: hopByHop.has(alias),
    isReserved: reserved.has(alias) || reservedFamilies.some((family) => alias.startsWith(family)),
    isPlain: plainName.test(lower),
  };
}
