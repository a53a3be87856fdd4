import { billing } from "./gateway.ts";

type Issuer = { issuer: string; jwksUri: string };

/**
 * /live, /open and /brief take WebSockets, /billing and /shut do not; no token is taken after its
 * `exp`, and a request to /brief may take one second.
 */
export function websocketRoutes(issuer: Issuer, upstream: string, feed?: string): string {
  const revocations = feed === undefined ? "" : `, revocations: { feed: "${feed}" }`;
  return `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}", clock_tolerance: 0s${revocations} }
routes:
  - { path: /open, upstream: "${upstream}", access: public, websocket: true }
  - { path: /brief, upstream: "${upstream}", access: public, websocket: true, timeouts: { total: 1s } }
  - { path: /shut, upstream: "${upstream}", access: public }
  - path: /live
    upstream: "${upstream}"
    audience: ${billing}
    websocket: true
    rules: [{ methods: [GET], any_scope: [events:read] }]
  - path: /billing
    strip_prefix: true
    upstream: "${upstream}"
    audience: ${billing}
    rules: [{ methods: [GET] }]
`;
}
