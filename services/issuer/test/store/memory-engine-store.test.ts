import { describeEngineStore, start } from "../support/engine-store-contract.ts";
import { createMemoryEngineStore } from "../support/memory-engine-store.ts";

describeEngineStore(async () => {
  let now = start;
  return {
    store: createMemoryEngineStore(() => now),
    advance: (ms) => {
      now += ms;
    },
    [Symbol.asyncDispose]: async () => {},
  };
});
