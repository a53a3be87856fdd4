import { createRemoteJWKSet, jwtVerify } from "jose";
import { basic, formOf, type MintClient, type Minter, resource, scopes } from "./minter.ts";

/** What a minter got wrong, a sentence each; empty for one that may be compared. */
export async function judgeMinter(minter: Minter, client: MintClient): Promise<string[]> {
  const cases: readonly Case[] = [
    ["a wrong secret", { ...client, secret: `${client.secret}x` }, formOf(), "401 invalid_client"],
    ["an unknown client", { ...client, id: "svc-else" }, formOf(), "401 invalid_client"],
    ["another scope", client, formOf({ scope: "else:read" }), "400 invalid_scope"],
    ["another resource", client, formOf({ resource: "https://else" }), "400 invalid_target"],
    ["another grant", client, formOf({ grant_type: "password" }), "400 unsupported_grant_type"],
  ];
  const faults: string[] = [];
  for (const [what, who, form, expected] of cases) {
    const { status, body } = await ask(minter, who, form);
    const found = `${status} ${body.error}`;
    if (found !== expected) faults.push(`${what} was answered ${found}, not ${expected}`);
  }
  return [...faults, ...(await faultsOfToken(minter, client))];
}

type Case = [what: string, client: MintClient, form: string, expected: string];
type Answer = { access_token?: string; error?: string };

/** The same profile of RFC 9068 from everybody. */
async function faultsOfToken(minter: Minter, client: MintClient): Promise<string[]> {
  const { status, body } = await ask(minter, client, formOf());
  if (status !== 200) return [`a good request was answered ${status} ${body.error}`];
  const keys = createRemoteJWKSet(new URL(`${minter.origin}/oauth/jwks`));
  const expected = { issuer: minter.issuer, audience: resource, subject: client.id, typ: "at+jwt" };
  try {
    const proven = await jwtVerify(body.access_token ?? "", keys, {
      ...expected,
      algorithms: ["ES256"],
      requiredClaims: ["client_id", "iat", "exp", "jti", "roles"],
    });
    const { scope } = proven.payload;
    return scope === scopes.join(" ") ? [] : [`the token's scope is ${scope}`];
  } catch (error) {
    return [`the token does not hold: ${error}`];
  }
}

async function ask(minter: Minter, client: MintClient, body: string) {
  const response = await fetch(`${minter.origin}/oauth/token`, {
    method: "POST",
    body,
    headers: {
      authorization: basic(client),
      "content-type": "application/x-www-form-urlencoded",
    },
    signal: AbortSignal.timeout(5_000),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}
