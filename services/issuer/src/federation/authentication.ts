import type { TokenClaims } from "@tollgate/shared/tokens/parse-token";

/** How and when the provider says that somebody logged in. */
export type Authentication = {
  /** Seconds since 1970; undefined where it does not say. */
  readonly authTime?: number;
  readonly amr?: string[];
  readonly acr?: string;
};

export function authenticationOf({ auth_time, amr, acr }: TokenClaims): Authentication {
  return {
    ...(typeof auth_time === "number" && { authTime: auth_time }),
    ...(Array.isArray(amr) && { amr: amr.filter((method) => typeof method === "string") }),
    ...(typeof acr === "string" && { acr }),
  };
}
