import type { Guide } from "./guide.ts";

/** Why an access token is refused. */
export const tokensGuide: Guide = {
  token_missing: [
    401,
    "The call carries no access token.",
    "Get one at POST /oauth/token and send it as: Authorization: Bearer <token>.",
  ],
  token_ambiguous: [
    400,
    "The call carries a token twice, or in the URL.",
    "Send exactly one token, in the Authorization header.",
  ],
  token_malformed: [
    401,
    "What was sent is not a well-formed JWT.",
    "Send the access_token of the token response as it is, without quotes or line breaks.",
  ],
  token_algorithm_not_allowed: [
    401,
    "The token is signed with an algorithm that is not accepted.",
    "Use a token of our issuer; a token cannot choose its algorithm.",
  ],
  token_type_not_allowed: [
    401,
    "The token is of another type, such as an ID token.",
    "Send the access token, whose header says typ at+jwt.",
  ],
  token_extension_unknown: [
    401,
    "The token's header demands an extension (crit) that we do not have.",
    "Use a token without crit.",
  ],
  token_issuer_unknown: [
    401,
    "The token was minted by an issuer that is not trusted on this route.",
    "Get a token from the issuer whose metadata is at /.well-known/openid-configuration.",
  ],
  token_key_unknown: [
    401,
    "The token names a key that its issuer does not publish.",
    "Get a new token: the key may have been withdrawn.",
  ],
  token_signature_invalid: [
    401,
    "The signature does not fit the token.",
    "Send the token unchanged. If it is unchanged, it is a forgery.",
  ],
  token_claims_invalid: [
    401,
    "A claim that is needed here is missing, malformed, or such that no header can carry it on.",
    "Get a token from our issuer.",
  ],
  token_expired: [401, "The token's life is over.", "Get a new token and send the call again."],
  token_not_yet_valid: [
    401,
    "The token's nbf or iat lies in the future.",
    "Check the clocks: five seconds of difference are tolerated.",
  ],
  token_lifetime_too_long: [
    401,
    "The token was minted for longer than is accepted here.",
    "Get a token with a shorter life.",
  ],
  token_audience_mismatch: [
    401,
    "The token was minted for another service.",
    "Ask for a token with this service as its resource (RFC 8707).",
  ],
  token_revoked: [
    401,
    "The token, its session, its client or its key was revoked.",
    "Log in again, or ask the operator why.",
  ],
  scope_missing: [
    403,
    "The client may not do this: a scope is missing.",
    "Ask for a token with the scope that WWW-Authenticate names.",
  ],
  role_missing: [
    403,
    "The person or service lacks the role that this needs.",
    "Ask an owner of the tenant for the role.",
  ],
  token_use_not_allowed: [
    403,
    "This call is for services only, or for people only.",
    "Use a token of the other kind.",
  ],
  issuer_keys_unavailable: [
    503,
    "The issuer's keys cannot be fetched, so no token of its can be judged.",
    "Wait for Retry-After and try again. The token may well be good.",
  ],
  revocations_unavailable: [
    503,
    "The issuer's list of revoked tokens cannot be read, and this gateway refuses to guess.",
    "Wait for Retry-After and try again. The token may well be good.",
  ],
  too_many_forged_tokens: [
    429,
    "Your address has sent many forged tokens in a short time.",
    "Wait a second. Known tokens go on working.",
  ],
};
