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
  federated_login_gone: [
    400,
    "Another provider's answer came to a browser that had not asked, a second time, or too late.",
    "Go back to the app and log in again, in one browser and within ten minutes.",
  ],
  federated_person_unknown: [
    403,
    "The other provider knows the person, and no user here is linked to them.",
    "Have the operator link the user: federated: [{ provider, subject }]. An address never links.",
  ],
  provider_unreachable: [
    503,
    "The other provider, or its keys, cannot be reached.",
    "Try again in a moment, or log in another way.",
  ],
  provider_refused: [
    403,
    "The person did not log in at the other provider, or it did not let them.",
    "Go back and try again, or log in another way.",
  ],
  provider_answer_invalid: [
    502,
    "What the other provider answered is not what it should be; the audit says in which way.",
    "The operator compares config/issuer.yaml with the provider's own settings.",
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
