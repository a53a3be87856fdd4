import { describeKeyStore } from "../support/key-store-contract.ts";
import { createMemoryKeyStore } from "../support/memory-key-store.ts";

describeKeyStore(async () => ({
  store: createMemoryKeyStore(),
  [Symbol.asyncDispose]: async () => {},
}));
