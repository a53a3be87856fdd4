/** As much of a client as says whether and how people log in to it. */
type Login = {
  readonly token_endpoint_auth_method?: string | undefined;
  readonly secrets: readonly unknown[];
  readonly jwks?: unknown;
  readonly grant_types: readonly string[];
  readonly redirect_uris: readonly string[];
  readonly post_logout_redirect_uris: readonly string[];
  readonly access: readonly { readonly exchange: boolean }[];
  readonly serves: readonly string[];
};

type Fault = { path: string; message: string };

/** What does not go together, each with the key that is to be changed. */
export function faultsOfLogin(client: Login): Fault[] {
  return [...faultsOfGrants(client), ...faultsOfPublic(client)];
}

function faultsOfGrants(client: Login): Fault[] {
  const { grant_types, redirect_uris, post_logout_redirect_uris } = client;
  const logsIn = grant_types.includes("authorization_code");
  const faults: [boolean, string, string][] = [
    [logsIn && redirect_uris.length === 0, "redirect_uris", "needs one for authorization_code"],
    [!logsIn && redirect_uris.length > 0, "redirect_uris", "is for authorization_code alone"],
    [
      !logsIn && post_logout_redirect_uris.length > 0,
      "post_logout_redirect_uris",
      "is for authorization_code alone",
    ],
    [
      !logsIn && grant_types.includes("refresh_token"),
      "grant_types",
      "refresh_token goes with authorization_code",
    ],
  ];
  return shown(faults);
}

/** A public client is whoever says so: nothing may be given to it in its own name. */
function faultsOfPublic(client: Login): Fault[] {
  if (client.token_endpoint_auth_method !== "none") return [];
  const { secrets, jwks, grant_types, access, serves } = client;
  const faults: [boolean, string, string][] = [
    [secrets.length > 0, "secrets", "a public client (none) has no secret"],
    [jwks !== undefined, "jwks", "a public client (none) has no keys"],
    [
      grant_types.includes("client_credentials"),
      "grant_types",
      "a public client (none) cannot have client_credentials: name authorization_code",
    ],
    [access.some(({ exchange }) => exchange), "access", "a public client cannot exchange tokens"],
    [serves.length > 0, "serves", "a public client is no resource"],
  ];
  return shown(faults);
}

function shown(faults: [boolean, string, string][]): Fault[] {
  return faults.filter(([holds]) => holds).map(([, path, message]) => ({ path, message }));
}
