import { expect, test } from "@jest/globals";
import { createIssuerDatabase } from "../support/issuer-database.ts";
import { issuerSettings } from "../support/issuer-settings.ts";
import { asserted, signAssertion } from "../support/sign-assertion.ts";
import { startTestIssuer } from "../support/start-test-issuer.ts";

test("of ten copies of an assertion at two replicas at once, one gets a token, in each of 50 rounds", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  await using first = await startTestIssuer(settings.env);
  await using second = await startTestIssuer(settings.env);
  await Promise.all([first.becomes(200), second.becomes(200)]);

  for (let round = 0; round < 50; round += 1) {
    const form = asserted(await signAssertion());
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, copy) => (copy % 2 ? first : second).token(form, null)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(9).fill(401)]);
  }
}, 60_000);
