import { expect, test } from "@jest/globals";
import { startServer } from "@tollgate/shared/testing/start-server";
import { jwtVerify } from "jose";
import { answerRoot, loadTutorialConfig } from "../src/tutorial/answer-root.ts";
import { issuerSettings } from "./support/issuer-settings.ts";

async function startTutorial(now?: () => number) {
  const around = answerRoot({ secretKey: "the-shared-secret", client: "client" }, now);
  return await startServer(around((_request, response) => response.end("the issuer")));
}

test("GET / answers the tutorial's token as plain text, for one minute", async () => {
  const now = Date.now();
  await using tutorial = await startTutorial(() => now);
  const response = await fetch(tutorial.url);
  expect(response.headers.get("content-type")).toBe("text/plain");

  const verified = await jwtVerify(await response.text(), Buffer.from("the-shared-secret"));

  const seconds = Math.floor(now / 1000);
  expect(verified.protectedHeader).toEqual({ alg: "HS256", typ: "JWT" });
  expect(verified.payload).toEqual({
    authorized: true,
    client: "client",
    aud: "billing.jwtgo.io",
    iss: "jwtgo.io",
    iat: seconds,
    exp: seconds + 60,
  });
});

test.each([
  ["POST", "/"],
  ["GET", "/oauth/jwks"],
  ["GET", "/?x"],
])("%s %s is the issuer's", async (method, path) => {
  await using tutorial = await startTutorial();
  const response = await fetch(`${tutorial.url}${path}`, { method });
  expect(await response.text()).toBe("the issuer");
});

test("the secret key comes from a file, and its absence is a fault", async () => {
  await using settings = await issuerSettings("postgres://a@b/c");
  const path = await settings.write("secret_key", "shh\n");
  expect(loadTutorialConfig({ ISSUER_TUTORIAL_SECRET_KEY_FILE: path })).toEqual({
    secretKey: "shh",
    client: "client",
  });
  expect(() => loadTutorialConfig({ ISSUER_TUTORIAL_SECRET_KEY_FILE: "/nowhere" })).toThrow(
    "ISSUER_TUTORIAL_SECRET_KEY_FILE",
  );
});
