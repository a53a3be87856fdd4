import { commonProblems, defineProblems, type ProblemOptions } from "@tollgate/shared/problem";

/** Every failure that the issuer itself answers; the engine's own are RFC 6749's. */
export const problemCatalogue = {
  ...commonProblems,
  invalid_request: { status: 400, title: "The request is not one we can read" },
  invalid_client: { status: 401, title: "client authentication failed" },
  invalid_token: { status: 401, title: "The access token is not one that is good here" },
  insufficient_scope: { status: 403, title: "The access token lacks the scope openid" },
  request_target_invalid: { status: 400, title: "The request's target is not a path" },
  interaction_gone: {
    status: 400,
    title: "This page has expired, or was opened in another browser than the one it was made for",
  },
  federated_login_gone: {
    status: 400,
    title: "This login was begun elsewhere, is over already, or took too long",
  },
  federated_person_unknown: { status: 403, title: "Nobody here is linked to that account" },
  provider_unreachable: { status: 503, title: "The other provider does not answer just now" },
  provider_refused: { status: 403, title: "The other provider has not let you in" },
  provider_answer_invalid: { status: 502, title: "The other provider's answer cannot be used" },
  form_foreign: { status: 403, title: "This form did not come from our page" },
  key_not_ripe: { status: 409, title: "The next key cannot sign yet" },
  body_too_large: { status: 413, title: "The body is larger than this address takes" },
} as const;

export const problem = defineProblems<keyof typeof problemCatalogue>(problemCatalogue);

/** What we need does not answer: whoever asks may try again soon. */
export function dependencyUnavailable(options: Pick<ProblemOptions, "detail" | "cause"> = {}) {
  return problem("dependency_unavailable", { ...options, headers: { "retry-after": "2" } });
}
