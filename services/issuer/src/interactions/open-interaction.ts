import type { ParameterizedContext } from "koa";
import type { Provider } from "oidc-provider";
import type { FindClient } from "../clients/find-client.ts";
import { nobody } from "../clients/find-client.ts";
import { dependencyUnavailable, problem } from "../problems.ts";

/** What a person is being asked, on behalf of which app. */
export type OpenInteraction = Awaited<ReturnType<typeof openInteraction>>;

/**
 * Finds the interaction that the path names, for the browser that began it: its cookie says the same.
 * Throws `interaction_gone`, or `dependency_unavailable`.
 */
export async function openInteraction(
  ctx: ParameterizedContext,
  provider: Provider,
  findClient: FindClient,
) {
  const details = await provider.interactionDetails(ctx.req, ctx.res).catch((cause: unknown) => {
    const isGone = cause instanceof Error && cause.name === "SessionNotFound";
    throw isGone ? problem("interaction_gone", { cause }) : dependencyUnavailable({ cause });
  });
  const client = findClient(String(details.params.client_id));
  if (details.uid !== ctx.params.uid || client === nobody) throw problem("interaction_gone");
  const { redirect_uri } = details.params;
  return {
    details,
    client,
    clientName: client.client_name ?? client.client_id,
    redirectUri: String(redirect_uri),
  };
}
