import type { Provider } from "oidc-provider";
import type { EndGrant } from "./end-grants.ts";

/** Ends a person's session in one browser, and all that it gave to clients. */
export async function endSession(provider: Provider, uid: string, endGrant: EndGrant) {
  const session = await provider.Session.findByUid(uid);
  if (session === undefined) return;
  for (const { grantId } of Object.values(session.authorizations ?? {})) {
    if (grantId !== undefined) await endGrant(grantId);
  }
  await session.destroy();
}
