import type { Endpoint } from "../endpoint.ts";
import { describeOperation, refusal } from "./describe-operation.ts";
import { componentSchemas } from "./schemas.ts";

const about = `Invoices with a receivables ledger.

Amounts are whole minor units of a currency: 1250 is 12.50 EUR. Tax rates are millionths: 190000 is
19 %. Days are \`YYYY-MM-DD\`, where the tenant is. Every POST happens at most once for each
\`Idempotency-Key\`; whoever changes something says by \`If-Match\` what they saw. What is refused is
an RFC 9457 problem with a \`code\` that stays.`;

/** The API as an OpenAPI 3.1 document, made of the schemas that judge its requests. */
export function buildOpenapi(endpoints: readonly Endpoint[]) {
  const paths: Record<string, Record<string, object>> = {};
  for (const endpoint of endpoints) {
    const operation = { [endpoint.method.toLowerCase()]: describeOperation(endpoint) };
    paths[endpoint.path] = { ...paths[endpoint.path], ...operation };
  }
  const scopes = [...new Set(endpoints.map(({ scope }) => scope))];
  return {
    openapi: "3.1.0",
    info: { title: "Tollgate billing", version: "1", description: about },
    paths,
    components: {
      schemas: componentSchemas(),
      responses: {
        Unauthorized: refusal(["token_missing", "token_expired", "token_signature_invalid"]),
        Forbidden: refusal(["scope_missing", "role_missing", "tenant_missing"]),
        Unavailable: refusal(["dependency_unavailable"]),
      },
      securitySchemes: {
        token: {
          type: "oauth2",
          flows: {
            clientCredentials: {
              tokenUrl: "/oauth/token",
              scopes: Object.fromEntries(scopes.map((scope) => [scope, scope.replace(":", ": ")])),
            },
          },
        },
      },
    },
  };
}
