import type { Caller } from "@tollgate/shared/tokens/caller";
import type { TokenClaims } from "@tollgate/shared/tokens/parse-token";
import { tokenProblem } from "@tollgate/shared/tokens/token-problems";
import { authenticationOf } from "../federation/authentication.ts";
import type { Exchange } from "../federation/outside-provider.ts";
import type { User } from "../users/user.ts";

/** What only ID tokens have, what binds a token to its sender, and chains that we cannot vouch for. */
const untransferable = ["nonce", "cnf", "act", "may_act"];

export function requireTransferable(caller: Caller): void {
  const { claims } = caller;
  const found = untransferable.find((name) => claims[name] !== undefined);
  if (found !== undefined) throw unacceptable(`a token with "${found}" is not handed on`);
  // RFC 9068 section 2.2: then nobody logged in, and it would be taken for a person's here.
  if (isServices(caller)) throw unacceptable("it is a service's own");
}

/**
 * Not everybody's service is called by its `client_id`: Okta has that as `cid`, Auth0 writes more
 * behind it, Microsoft's `sub` is another name; but those and FusionAuth say how it was come by.
 */
function isServices({ claims, subject, clientId }: Caller): boolean {
  const { cid, gty, idtyp } = claims;
  const grants = Array.isArray(gty) ? gty : [gty];
  return (
    [clientId, cid, `${clientId}@clients`].includes(subject) ||
    idtyp === "app" ||
    grants.some((grant) => grant === "client_credentials" || grant === "client-credentials")
  );
}

/** An outside token's claims as ours would be: of what it says, only what the configuration names. */
export function claimsInOurWords(
  iss: string,
  { sub, tenant, access }: User,
  { audience, scopes }: Exchange,
  theirs: TokenClaims,
): TokenClaims {
  const { iat, exp, jti } = theirs;
  const { authTime, amr } = authenticationOf(theirs);
  const named = namesIn(theirs[scopes.claim]);
  const ours = named.flatMap((name) =>
    Object.hasOwn(scopes.values, name) ? scopes.values[name] : [],
  );
  return {
    ...{ iss, sub, aud: audience, iat, exp, jti, token_use: "user" },
    scope: ours.join(" "),
    roles: access.flatMap(({ roles }) => roles),
    ...(tenant === undefined ? {} : { tenant }),
    // Nobody logs in after their token was minted: a later time would pass for a fresh login.
    ...(authTime !== undefined && { auth_time: Math.min(authTime, Math.floor(Number(iat))) }),
    ...(amr !== undefined && { amr }),
  };
}

/** RFC 6749 writes scopes as one text; Microsoft's `scp` and Okta's are like it, or a list. */
function namesIn(claim: unknown): readonly string[] {
  if (typeof claim === "string") return claim.split(" ").filter(Boolean);
  return isTexts(claim) ? claim : [];
}

function isTexts(claim: unknown): claim is string[] {
  return Array.isArray(claim) && claim.every((each) => typeof each === "string");
}

function unacceptable(detail: string) {
  return tokenProblem("token_claims_invalid", { detail });
}
