import { expect, test } from "@jest/globals";
import { outsideProviderSchema } from "../../src/federation/outside-provider.ts";
import { fetchKeysOf } from "../../src/federation/read-metadata.ts";

const issuer = "https://login.example.com";
const provider = outsideProviderSchema.parse({
  ...{ name: "partner", issuer, algorithms: ["RS256"] },
  login: { client_id: "tollgate", display_name: "Partner" },
});

test.each(["http://10.0.0.1/keys", "HTTP://10.0.0.1/keys", " http://localhost/keys"])(
  "an issuer at https does not send us to %s for its keys",
  async (jwks_uri) => {
    const asked: string[] = [];
    const fetchKeys = fetchKeysOf(provider, async (url) => {
      asked.push(url);
      return JSON.stringify({ issuer, jwks_uri });
    });
    await expect(fetchKeys(issuer, AbortSignal.timeout(1_000))).rejects.toThrow("not at https");
    expect(asked).toEqual([`${issuer}/.well-known/openid-configuration`]);
  },
);
