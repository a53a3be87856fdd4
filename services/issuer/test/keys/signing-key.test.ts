import { expect, test } from "@jest/globals";
import { readJwks } from "@tollgate/shared/jwks/read-jwks";
import { calculateJwkThumbprint } from "jose";
import { generateSigningKey } from "../../src/keys/signing-key.ts";

test.each(["ES256", "EdDSA", "RS256"] as const)(
  "an %s key is named by its thumbprint and can be used as it is published",
  async (algorithm) => {
    const key = await generateSigningKey(algorithm, "active", new Date());
    expect(key.kid).toBe(await calculateJwkThumbprint(key.publicJwk));
    expect(key.publicJwk).not.toHaveProperty("d");
    const published = readJwks(JSON.stringify({ keys: [key.publicJwk] }), [algorithm]);
    expect([...published.keys()]).toEqual([key.kid]);
  },
);
