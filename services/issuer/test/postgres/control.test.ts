import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { billing, signer } from "../support/issuer-settings.ts";
import { noticed } from "../support/noticed.ts";
import { openIssuer } from "../support/open-issuer.ts";
import { sendRaw } from "../support/send-raw.ts";
import { answerOf, claimsOf } from "../support/token-answer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

const grant = { grant_type: "client_credentials" };
const declaration = (client_id: string, more = {}) =>
  JSON.stringify({
    client_id,
    access: [{ resource: billing, scopes: ["invoices:read"] }],
    ...more,
  });
const secretIn = (printed: string) => /client_secret: (\S+)/.exec(printed)?.[1] ?? "";

async function becomes(status: number, ask: () => Promise<Response>) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const response = await ask();
    if (response.status === status) return response;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`it did not become ${status}`);
}

test("a client is added, gets a second secret while the first works, and is removed", async () => {
  const id = "svc-added";
  const first = secretIn(await issuer.tollgate("clients", "add", declaration(id)));
  const claims = await becomes(200, () => issuer.token(grant, { id, secret: first }));
  expect(await claimsOf(claims)).toMatchObject({ sub: id, scope: "invoices:read" });

  const second = secretIn(await issuer.tollgate("clients", "secret", id));
  await becomes(200, () => issuer.token(grant, { id, secret: second }));
  expect((await issuer.token(grant, { id, secret: first })).status).toBe(200);
  const third = secretIn(await issuer.tollgate("clients", "secret", id));
  await becomes(200, () => issuer.token(grant, { id, secret: third }));
  expect((await issuer.token(grant, { id, secret: first })).status).toBe(401);

  await issuer.tollgate("clients", "remove", id);
  await becomes(401, () => issuer.token(grant, { id, secret: third }));
  const dump = JSON.stringify(await issuer.database.run("SELECT * FROM clients, audit_events"));
  for (const secret of [first, second, third]) {
    expect(dump).not.toContain(secret);
    expect(JSON.stringify(issuer.lines)).not.toContain(secret);
  }
});

test("an app that people log in to is added without a secret", async () => {
  const printed = await issuer.tollgate(
    ...["clients", "add"],
    declaration("app-added", {
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code"],
      redirect_uris: ["https://app.example/callback"],
    }),
  );
  expect(printed).toContain("app-added");
  expect(secretIn(printed)).toBe("");
  await expect(issuer.tollgate("clients", "secret", "app-added")).rejects.toThrow(
    /does not authenticate by a secret/,
  );
  await noticed(async () => /app-added +true +none/.test(await issuer.tollgate("clients", "list")));
});

test("a client that is disabled gets no token, and those that it has are refused", async () => {
  const { access_token } = await answerOf(await issuer.token(grant, "svc-reader"));
  await issuer.tollgate("clients", "disable", "svc-reader");
  await becomes(401, () => issuer.token(grant, "svc-reader"));
  const introspected = await issuer.introspect(access_token, "svc-billing");
  expect(await introspected.json()).toEqual({ active: false });
  const feed = await (await issuer.revocations()).json();
  expect(feed).toMatchObject({
    revocations: expect.arrayContaining([
      expect.objectContaining({ kind: "client", value: "svc-reader" }),
    ]),
  });
  await issuer.tollgate("clients", "enable", "svc-reader");
  await becomes(200, () => issuer.token(grant, "svc-reader"));
});

test("a session, a subject, a client and a token can be revoked by name", async () => {
  for (const kind of ["session", "subject", "client", "token"]) {
    expect(await issuer.tollgate("revoke", kind, "some-name")).toContain(`kind: ${kind}`);
  }
  await expect(issuer.tollgate("revoke", "key", "some-kid")).rejects.toThrow("kind");
  await issuer.audited();
  const rows = await issuer.database.run(
    "SELECT * FROM audit_events WHERE event = 'revocation_added'",
  );
  expect(rows).toHaveLength(4);
});

test("the lists show everybody and every key, and no secret of either", async () => {
  const clients = await issuer.tollgate("clients", "list");
  const keys = await issuer.tollgate("keys", "list");
  expect(clients).toContain("svc-demo");
  expect(clients).toMatch(/svc-signer +true +private_key_jwt/);
  expect(keys).toMatch(/ES256 +active/);
  expect(keys).toMatch(/EdDSA +next/);
  expect(clients + keys).not.toMatch(/[0-9a-f]{64}/);
});

test.each<[string, string[], RegExp]>([
  [
    "one that is declared in the file",
    ["clients", "secret", "svc-demo"],
    /declared in the file|no client/,
  ],
  ["one that is not there", ["clients", "disable", "svc-nobody"], /no client svc-nobody/],
  ["the name of one that is there", ["clients", "add", declaration("svc-demo")], /there already/],
  [
    "a resource that is not there",
    [
      "clients",
      "add",
      JSON.stringify({ client_id: "svc-x", access: [{ resource: "https://x", scopes: [] }] }),
    ],
    /not among the resources/,
  ],
  [
    "a private key",
    ["clients", "add", declaration("svc-x", { jwks: { keys: [{ ...signer.publicJwk, d: "x" }] } })],
    /private key/,
  ],
  ["what is not JSON", ["clients", "add", "{"], /not JSON/],
  ["nothing", ["clients", "add"], /missing/],
  ["a list in place of a declaration", ["clients", "add", "[]"], /not JSON as in/],
  [
    "a typo in an option",
    ["audit", "--limmit", "3"],
    /there is no --limmit in: audit \[--limit 50/,
  ],
  ["an option where there is none", ["keys", "list", "--all"], /there is no --all in: keys list/],
  ["a number that is none", ["audit", "--limit", "x"], /limit: must be a whole number from 1 to/],
  ["too large a number", ["audit", "--limit", "1001"], /limit: must be a whole number from 1 to/],
  ["a time that is none", ["audit", "--since", "yesterday"], /since: must be like 2026-01-31T12/],
  ["a command that is none", ["clients", "destroy"], /unknown command/],
])("the operator is told what is wrong with %s", async (_what, words, fault) => {
  await expect(issuer.tollgate(...words)).rejects.toThrow(fault);
});

test("it is a command of its own, with an exit code", async () => {
  const entry = fileURLToPath(new URL("../../src/bin/tollgate", import.meta.url));
  const run = async (...words: string[]) => {
    const path = `${dirname(process.execPath)}:${process.env.PATH}`;
    const env = { ISSUER_CONTROL_PORT: new URL(issuer.controlUrl).port, PATH: path };
    const child = spawn(entry, words, { env });
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const code = child.exitCode ?? (await once(child, "exit"))[0];
    return { out, err, code };
  };
  expect(await run("keys", "list")).toMatchObject({
    code: 0,
    out: expect.stringContaining("active"),
  });
  expect(await run("nonsense")).toMatchObject({
    code: 1,
    err: expect.stringContaining("tollgate"),
  });
  expect(await run()).toMatchObject({ code: 0, out: expect.stringContaining("keys rotate") });
});

// DNS rebinding: a page in a browser on the host calls loopback under a name of its own.
test.each<[string, Record<string, string>]>([
  ["under another host's name", { host: "evil.example" }],
  ["from a page", { origin: "http://evil.example" }],
  ["from a page of this host", { "sec-fetch-site": "same-origin" }],
])("the control port does not answer %s", async (_what, headers) => {
  const response = await sendRaw(issuer.controlUrl, { target: "/clients", headers });
  expect(response.status).toBe(404);
  expect(response.text).not.toContain("svc-");
});

test("a form is not a command", async () => {
  const response = await sendRaw(issuer.controlUrl, {
    method: "POST",
    target: "/keys/rotate",
    headers: { "content-type": "text/plain" },
    body: "{}",
  });
  expect(response.status).toBe(400);
});

test("nothing of it is on the public port", async () => {
  for (const path of ["/keys", "/clients", "/audit", "/keys/rotate"]) {
    expect((await issuer.get(path)).status).toBe(404);
  }
});
