import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { startServer } from "@tollgate/shared/testing/start-server";
import { type JWTPayload, SignJWT } from "jose";
import { answerSecret, tutorialVerifier } from "../src/tutorial/answer-secret.ts";

const secretKey = randomBytes(32).toString("base64url");

function tokenWith(claims: JWTPayload = {}, secret = secretKey) {
  const now = Math.floor(Date.now() / 1000);
  const byDefault = { iss: "jwtgo.io", aud: "billing.jwtgo.io", iat: now, exp: now + 60 };
  return new SignJWT({ ...byDefault, authorized: true, client: "Ada", ...claims })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(secret));
}

function startTutorial() {
  const wrap = answerSecret(tutorialVerifier(secretKey));
  return startServer(wrap((_request, response) => void response.writeHead(418).end("the API")));
}

async function ask(url: string, token?: string) {
  const response = await fetch(url, { headers: token === undefined ? {} : { token } });
  return [response.status, await response.text()];
}

test("whoever sends the tutorial's token reads the secret", async () => {
  await using tutorial = await startTutorial();

  expect(await ask(tutorial.url, await tokenWith())).toEqual([200, "Super Secret Information"]);
});

test("nobody else does", async () => {
  await using tutorial = await startTutorial();
  const past = Math.floor(Date.now() / 1000) - 61;
  const refused = [
    undefined,
    "garbage",
    await tokenWith({}, "another secret of thirty-two bytes"),
    await tokenWith({ aud: "another.jwtgo.io" }),
    await tokenWith({ iss: "another.io" }),
    await tokenWith({ iat: past, exp: past + 60 }),
  ];

  for (const token of refused) {
    const [status, text] = await ask(tutorial.url, token);
    expect(status).toBe(401);
    expect(text).not.toContain("Secret Information");
  }
  expect((await ask(tutorial.url, refused[5]))[1]).toBe("Token is expired");
});

test("every other address is the API's", async () => {
  await using tutorial = await startTutorial();

  expect(await ask(`${tutorial.url}/v1/invoices`)).toEqual([418, "the API"]);
});
