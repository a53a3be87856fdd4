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
  invalid_token: [
    401,
    "The userinfo endpoint was sent no access token of a person, or one that is not good any more.",
    "Send a live access token that came from a login, as: Authorization: Bearer <token>.",
  ],
  insufficient_scope: [
    403,
    "The access token was not granted the scope openid.",
    "Ask for openid when the person logs in.",
  ],
  interaction_gone: [
    400,
    "A login or consent page was used after ten minutes, twice, or without the cookie that came with it.",
    "Go back to the application and begin the login anew, with cookies allowed.",
  ],
  form_foreign: [
    403,
    "A form was sent to the login pages that did not carry the token of the page.",
    "Open the page in this browser and send its own form. Another site may have sent this one.",
  ],
  key_not_ripe: [
    409,
    "The next signing key was published so recently that some verifiers cannot know it yet.",
    "Rotate at the time that the detail names. In an emergency, revoke the key that signs.",
  ],
};
