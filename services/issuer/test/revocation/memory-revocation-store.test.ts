import { start } from "../support/engine-store-contract.ts";
import { createMemoryRevocationStore } from "../support/memory-revocation-store.ts";
import { describeRevocationStore } from "../support/revocation-store-contract.ts";

describeRevocationStore(async () => {
  let now = start;
  return {
    store: createMemoryRevocationStore(() => now),
    advance: (ms) => {
      now += ms;
    },
    [Symbol.asyncDispose]: async () => {},
  };
});
