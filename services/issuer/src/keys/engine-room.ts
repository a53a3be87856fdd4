import { createPublicKey, type JsonWebKey } from "node:crypto";
import type {
  AsymmetricAlgorithm,
  VerificationKey,
} from "@tollgate/shared/tokens/verify-signature";
import type { FindKey } from "@tollgate/shared/tokens/verify-token";
import { dependencyUnavailable } from "../problems.ts";
import {
  createProvider,
  type Engine,
  type ProviderConfig,
  type ProviderDeps,
} from "../provider.ts";
import type { SigningKey } from "./signing-key.ts";

type Present = {
  readonly engine: Engine;
  readonly keys: readonly SigningKey[];
  readonly verification: ReadonlyMap<string, VerificationKey>;
};

/**
 * Holds the engine and the keys that it was built with. An engine's keys are fixed, so that other
 * keys mean another engine; requests see the old pair or the new, never a mixture.
 */
export function createEngineRoom(config: ProviderConfig, deps: ProviderDeps) {
  let present: Present | undefined;

  function demand(): Present {
    if (present !== undefined) return present;
    const detail = "The signing keys cannot be had at the moment";
    throw dependencyUnavailable({ detail });
  }

  const findKey: FindKey = ({ kid }) =>
    kid === undefined ? undefined : demand().verification.get(kid);

  return {
    useKeys(keys: readonly SigningKey[]): void {
      const engine = createProvider(config, deps, keys);
      present = { engine, keys, verification: new Map(keys.map(verificationOf)) };
    },
    engine: () => demand().engine,
    keys: () => demand().keys,
    /** Finds a key by which one of our own tokens is proven; a retired one too. */
    findKey,
  };
}

/** Those that the resources name, and the engine's default for its clients. */
export function algorithmsOf({ registry }: ProviderConfig): AsymmetricAlgorithm[] {
  const named = [...registry.resources.values()].map(({ algorithm }) => algorithm);
  return [...new Set<AsymmetricAlgorithm>(["ES256", ...named])];
}

function verificationOf({ kid, algorithm, publicJwk }: SigningKey): [string, VerificationKey] {
  const key = createPublicKey({ key: publicJwk as JsonWebKey, format: "jwk" });
  return [kid, { algorithm, key }];
}
