import type { AsymmetricAlgorithm } from "@tollgate/shared/tokens/verify-signature";
import type { Middleware } from "koa";
import { problem } from "../problems.ts";
import { createProvider, type ProviderConfig } from "../provider.ts";
import type { SigningKey } from "./signing-key.ts";

/**
 * Holds the engine and the keys that it was built with. An engine's keys are fixed, so that other
 * keys mean another engine; requests see the old pair or the new, never a mixture.
 */
export function createEngineRoom(config: ProviderConfig) {
  let present: { engine: Middleware; keys: readonly SigningKey[] } | undefined;

  function demand() {
    if (present !== undefined) return present;
    const detail = "The signing keys cannot be had at the moment";
    throw problem("dependency_unavailable", { detail, headers: { "retry-after": "2" } });
  }

  return {
    algorithms: algorithmsOf(config),
    useKeys(keys: readonly SigningKey[]): void {
      present = { engine: createProvider(config, keys), keys };
    },
    engine: () => demand().engine,
    keys: () => demand().keys,
  };
}

/** Those that the resources name, and the engine's default for its clients. */
function algorithmsOf({ registry }: ProviderConfig): AsymmetricAlgorithm[] {
  const named = [...registry.resources.values()].map(({ algorithm }) => algorithm);
  return [...new Set<AsymmetricAlgorithm>(["ES256", ...named])];
}
