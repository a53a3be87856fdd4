import type { User } from "./user.ts";

/** What is told about a person to the apps that may know (OpenID Connect Core section 5.1). */
export function claimsOfUser({ sub, username, name, email }: User) {
  return {
    sub,
    preferred_username: username,
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
  };
}
