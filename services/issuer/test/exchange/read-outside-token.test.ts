import type { RequestListener } from "node:http";
import { expect, test } from "@jest/globals";
import { recordingLog } from "@tollgate/shared/testing/lines";
import { createSigningKey } from "@tollgate/shared/testing/signing-keys";
import { createOutsideTokenReader } from "../../src/exchange/read-outside-token.ts";
import { outsideProviderSchema } from "../../src/federation/outside-provider.ts";
import { createRecognisePerson } from "../../src/federation/recognise-person.ts";
import { userSchema } from "../../src/users/user.ts";
import type { Users } from "../../src/users/users.ts";
import { outsideAudience, startOutsideIssuer } from "../support/start-outside-issuer.ts";

type FindFederated = Users["findFederated"];
type Outside = Awaited<ReturnType<typeof startOutsideIssuer>>;

const newcomers = { access: [{ resource: "https://r", scopes: ["r"] }] };

function readerFor(outside: Outside, changes: object = {}, found: FindFederated = () => undefined) {
  const provider = outsideProviderSchema.parse({
    name: "partner",
    issuer: outside.issuer,
    algorithms: ["RS256"],
    newcomers,
    exchange: {
      ...{ audience: outsideAudience, typ: "JWT", clients: ["svc-x"] },
      scopes: { values: { "bills:read": ["r"] } },
    },
    ...changes,
  });
  const { log, lines } = recordingLog();
  const read = createOutsideTokenReader({
    issuer: "https://id.example.test",
    providers: [provider],
    recognisePerson: createRecognisePerson(found),
    revocations: { isRevoked: async () => false },
    now: Date.now,
    log,
  });
  return { read, lines };
}

const rejects = (code: string) => ({ code });
const unavailable = rejects("issuer_keys_unavailable");

test("the keys are where the issuer's metadata say, or where the configuration does", async () => {
  await using outside = await startOutsideIssuer();
  await readerFor(outside).read(await outside.token());
  expect(outside.requests).toEqual(["/.well-known/openid-configuration", "/keys"]);
  await readerFor(outside, { jwks_uri: `${outside.issuer}/keys` }).read(await outside.token());
  expect(outside.requests.slice(2)).toEqual(["/keys"]);
});

const troubles: Record<string, RequestListener> = {
  "redirect elsewhere": (_request, response) => {
    response.writeHead(302, { location: "/elsewhere" }).end();
  },
  "are too large": (_request, response) => void response.end(`{"keys":[${" ".repeat(300_000)}]}`),
  "never end": (_request, response) => void response.write('{"keys":['),
  "are an error": (_request, response) => void response.writeHead(500).end(),
  "are a page": (_request, response) => void response.end("<html>"),
  "are empty": (_request, response) => void response.end('{"keys":[]}'),
  "are shared secrets": (_request, response) =>
    void response.end('{"keys":[{"kty":"oct","k":"c2VjcmV0","alg":"HS256"}]}'),
};

test.each(Object.entries(troubles))("keys that %s are no keys", async (_what, listener) => {
  await using outside = await startOutsideIssuer();
  outside.answerWith(listener);
  const { read, lines } = readerFor(outside, { jwks_uri: `${outside.issuer}/keys` });
  const token = await outside.token();
  await expect(read(token)).rejects.toMatchObject(unavailable);
  expect(outside.requests).toEqual(["/keys"]);
  expect(lines).toMatchObject([{ event: "provider_keys_unavailable", provider: "partner" }]);
});

test.each([
  ["are another issuer's", { issuer: "https://evil.example" }],
  ["name keys at plain http on the internet", { jwks_uri: "http://evil.example/keys" }],
  ["name no keys", { jwks_uri: undefined }],
])("metadata that %s are not followed", async (_what, changes) => {
  await using outside = await startOutsideIssuer();
  outside.answerWith((_request, response) => {
    const { issuer } = outside;
    response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys`, ...changes }));
  });
  await expect(readerFor(outside).read(await outside.token())).rejects.toMatchObject(unavailable);
  expect(outside.requests).toEqual(["/.well-known/openid-configuration"]);
});

test("a flood of unknown keys asks the issuer once", async () => {
  await using outside = await startOutsideIssuer();
  const { read } = readerFor(outside, { jwks_uri: `${outside.issuer}/keys` });
  const key = await createSigningKey("RS256");
  for (let count = 0; count < 20; count += 1) {
    const token = await outside.token({}, { kid: `unknown-${count}` }, key);
    await expect(read(token)).rejects.toMatchObject(rejects("token_key_unknown"));
  }
  expect(outside.requests).toEqual(["/keys"]);
});

test("whoever is linked to one of our users is that user, with what is theirs here", async () => {
  await using outside = await startOutsideIssuer();
  const access = [{ resource: "https://r", scopes: ["w"], roles: ["o"] }];
  const federated = [{ provider: "partner", subject: "ada|42" }];
  const user = userSchema.parse({ sub: "usr_ada", username: "ada", access, federated });
  const found: FindFederated = (provider, subject) =>
    provider === "partner" && subject === "ada|42" ? user : undefined;
  const { read } = readerFor(outside, {}, found);
  const subject = await read(await outside.token());
  expect(subject?.caller).toMatchObject({ subject: "usr_ada", roles: new Set(["o"]) });
  expect(subject?.accessAt("https://r")).toEqual(access[0]);
});

test("who is linked to nobody is refused, unless newcomers are welcome", async () => {
  await using outside = await startOutsideIssuer();
  const token = await outside.token({ email: "ada@example.com", email_verified: true });
  const refusal = { code: "token_claims_invalid", detail: "person_unknown" };
  await expect(readerFor(outside, { newcomers: undefined }).read(token)).rejects.toMatchObject(
    refusal,
  );
  expect((await readerFor(outside).read(token))?.caller.subject).toBe("partner:ada|42");
});

test("a user who is disabled does not come back as a newcomer", async () => {
  await using outside = await startOutsideIssuer();
  const { read } = readerFor(outside, {}, () => "disabled");
  await expect(read(await outside.token())).rejects.toMatchObject({ detail: "person_disabled" });
});

test("a token that is no JWT, or nobody's, is left to others", async () => {
  await using outside = await startOutsideIssuer();
  const { read } = readerFor(outside);
  for (const token of ["", "opaque", "a.b.c", await outside.token({ iss: undefined })]) {
    expect(await read(token)).toBeUndefined();
  }
  expect(outside.requests).toEqual([]);
});
