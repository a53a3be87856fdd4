import type { Guide } from "./guide.ts";

/** What the issuer answers beside RFC 6749's errors. */
export const issuerGuide: Guide = {
  invalid_request: [
    400,
    "The request is not one that the issuer can read.",
    "RFC 6749 section 5.2 says what a token request looks like.",
  ],
  invalid_client: [
    401,
    "The client is unknown or its secret is wrong; which of the two is not said.",
    "Send client_id and secret with HTTP Basic.",
  ],
  key_not_ripe: [
    409,
    "The next signing key was published so recently that some verifiers cannot know it yet.",
    "Rotate at the time that the detail names. In an emergency, revoke the key that signs.",
  ],
};
