import type { TokenClaims } from "@tollgate/shared/tokens/parse-token";

/** How and when the provider says that somebody logged in. */
export type Authentication = {
  /** Whole seconds since 1970; undefined where it does not say. */
  readonly authTime?: number;
  readonly amr?: string[];
  readonly acr?: string;
};

/** RFC 8176 has names such as `hwk`; what is unlike one would swell our tokens, or stop an audit row. */
const method = /^[\x21-\x7e]{1,64}$/;
const mostMethods = 16;
const assurance = /^[\x20-\x7e]{1,255}$/;

export function authenticationOf({ auth_time, amr, acr }: TokenClaims): Authentication {
  return {
    ...(isTime(auth_time) && { authTime: Math.floor(auth_time) }),
    ...(Array.isArray(amr) && { amr: amr.filter(isMethod).slice(0, mostMethods) }),
    ...(typeof acr === "string" && assurance.test(acr) && { acr }),
  };
}

/** JSON can write a number that is infinite here. */
function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isMethod(value: unknown): value is string {
  return typeof value === "string" && method.test(value);
}
