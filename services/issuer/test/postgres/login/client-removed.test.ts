import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { billing } from "../../support/issuer-settings.ts";
import {
  authorizeParams,
  authorizePath,
  browserOf,
  codeFor,
  type PersonTokens,
  typePassword,
  verifier,
} from "../../support/log-in.ts";
import { noticed } from "../../support/noticed.ts";
import { openIssuer } from "../../support/open-issuer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

const redirect_uri = "https://rented.example.test/callback";
const params = { ...authorizeParams(), client_id: "app-rented", redirect_uri };

/** Adds the app, or somebody else's of the same name, and waits until its people can log in. */
async function addApp(): Promise<void> {
  const declared = {
    client_id: "app-rented",
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code", "refresh_token"],
    redirect_uris: [redirect_uri],
    access: [{ resource: billing, scopes: ["invoices:read"] }],
  };
  const added = await fetch(`${issuer.controlUrl}/clients/add`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(declared),
  });
  expect(added.status).toBe(200);
  await answers(303);
}

const answers = (status: number) =>
  noticed(async () => (await browserOf(issuer).open(authorizePath(params))).status === status);

async function tokenPost(form: Record<string, string>) {
  const body = new URLSearchParams({ client_id: "app-rented", ...form });
  const response = await issuer.get("/oauth/token", { method: "POST", body });
  const answer = (await response.json()) as PersonTokens;
  return { ...answer, status: response.status };
}

test("who gets a removed client's name gets nothing that was given to it", async () => {
  await addApp();
  const browser = browserOf(issuer);
  const code = await codeFor(browser, params);
  const tokens = await tokenPost({
    ...{ grant_type: "authorization_code", code, redirect_uri, code_verifier: verifier },
  });
  expect(tokens.status).toBe(200);
  const other = browserOf(issuer);
  const begun = await other.follow(await other.open(authorizePath(params)));
  // Anybody may have left something here that PostgreSQL's JSON does not take.
  for (const state of ["\u0000", "\\\u0000"]) {
    await browserOf(issuer).open(authorizePath({ ...params, state }));
  }
  const withNul = `SELECT 1 FROM engine_records WHERE position('\\u0000' in payload) > 0`;
  expect(await issuer.database.run(withNul)).toHaveLength(2);

  await issuer.tollgate("clients", "remove", "app-rented");
  await answers(400);
  await addApp();
  const { refresh_token } = tokens;
  expect(await tokenPost({ grant_type: "refresh_token", refresh_token })).toMatchObject({
    status: 400,
    error: "invalid_grant",
  });
  // In the session in which they allowed the one before, too.
  const asked = await browser.follow(await browser.open(authorizePath(params)));
  expect(asked.text).toContain("/consent");
  expect(await typePassword(other, begun)).toMatchObject({ status: 400, location: "" });
});
