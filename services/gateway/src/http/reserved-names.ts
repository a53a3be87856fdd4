/** What else says where a request came from, how it was asked for, or what it is about. */
const reserved = new Set([
  "forwarded",
  "x-real-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "true-client-ip",
  "client-ip",
  "cf-connecting-ip",
  "fastly-client-ip",
  "x-azure-clientip",
  "x-host",
  "x-http-host-override",
  "x-http-method-override",
  "x-http-method",
  "x-method-override",
  "x-http-destinationurl",
  "x-rewrite-url",
  "x-override-url",
  "x-url-scheme",
  "x-scheme",
  "front-end-https",
  "x-request-id",
  "traceparent",
  "tracestate",
  "proxy", // becomes HTTP_PROXY where CGI's rules are in force (CVE-2016-5385)
]);

const reservedFamilies = ["x-forwarded", "x-original", "x-replaced-path", "x-envoy-", "x-proxy"];

/** By these a service is told who is calling; a route can have them set from the token's claims. */
const identityFamilies = [
  "x-tollgate-",
  "x-auth-",
  "x-authenticated",
  "x-user",
  "x-client-",
  "x-tenant",
  "x-role",
  "x-scope",
  "x-group",
  "x-subject",
  "x-email",
  "x-identity",
  "x-consumer-",
  "x-remote-",
  "x-webauth-",
  "x-goog-authenticated-",
  "x-amzn-oidc-",
  "x-ms-client-principal",
  "x-pomerium-",
  "x-ssl-",
  "ssl-client-",
  "remote-user",
];

/** What the gateway says to a service about a request, and nobody else may; names in lower case. */
export function isReservedName(name: string): boolean {
  return reserved.has(name) || isOf(reservedFamilies, name) || isOf(identityFamilies, name);
}

export function isIdentityName(name: string): boolean {
  return !reserved.has(name) && isOf(identityFamilies, name);
}

function isOf(families: readonly string[], name: string): boolean {
  return families.some((family) => name.startsWith(family));
}
