import { createJwksClient } from "@tollgate/shared/jwks/jwks-client";
import type { SigningKey } from "@tollgate/shared/testing/signing-keys";

/** A client on a fake clock whose endpoint answers what `answer` says. */
export function clientOf(answer: () => Promise<string> | string, options: object = {}) {
  const clock = { ms: 1_000_000 };
  let fetches = 0;
  const client = createJwksClient(
    { url: "http://issuer/jwks", algorithms: ["ES256", "EdDSA", "RS256"], ...options },
    {
      now: () => clock.ms,
      fetchJwks: async () => {
        fetches += 1;
        return await answer();
      },
    },
  );
  return { client, clock, fetches: () => fetches };
}

export const setOf = (...keys: SigningKey[]) =>
  JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });

export const unknownKid = () => ({ alg: "ES256", kid: crypto.randomUUID() });

/** Everything that is under way in the background and needs no I/O is done. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));
