import { scopesOf } from "../resources/resource-indicators.ts";

/** What an interaction's app has asked for: scopes of one resource, as the engine has settled them. */
export function requestOf({ params }: { params: Record<string, unknown> }) {
  return { resource: String(params.resource), scopes: scopesOf(params.scope) };
}
