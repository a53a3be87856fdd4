import { errors } from "oidc-provider";

/** Seconds. Whoever signs an assertion for longer has something to lose with it. */
const maxLife = 300;
const tolerance = 5;
const maxIdentifierLength = 256;
const types = [undefined, "JWT", "client-authentication+jwt"];

/**
 * What RFC 7523 leaves open about a client's assertion and we do not. The engine has proven signature,
 * `iss` and `exp` by now, and has not remembered the `jti` yet: nothing that is refused here takes room.
 */
export function checkAssertion(
  issuer: string,
  claims: Record<string, unknown>,
  header: Record<string, unknown>,
  now: number,
): void {
  const { aud, iat, exp, jti, sub, iss } = claims;
  // draft-ietf-oauth-rfc7523bis: an audience beside ours is a server that could replay it to us.
  if (aud !== issuer) throw refused("aud must be the issuer alone");
  if (sub !== iss) throw refused("sub and iss must be the client");
  if (typeof iat !== "number" || typeof exp !== "number") throw refused("iat and exp are needed");
  if (iat > now + tolerance) throw refused("iat is in the future");
  if (exp - iat > maxLife) throw refused(`it must live for ${maxLife} seconds at most`);
  if (exp > now + maxLife + tolerance) throw refused("exp is too far away");
  if (typeof jti !== "string" || jti.length > maxIdentifierLength) throw refused("jti is too long");
  if (!types.includes(header.typ as string | undefined)) throw refused("typ is another token's");
  if (header.crit !== undefined) throw refused("crit is not understood");
}

function refused(reason: string) {
  return new errors.InvalidClientAuth(reason);
}
