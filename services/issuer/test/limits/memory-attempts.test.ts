import { describeAttempts } from "../support/attempts-contract.ts";
import { createMemoryAttempts } from "../support/memory-attempts.ts";

describeAttempts(async () => {
  let now = Date.parse("2030-01-01T00:00:00Z");
  return {
    attempts: createMemoryAttempts(() => now),
    advance: (ms) => {
      now += ms;
    },
    [Symbol.asyncDispose]: async () => {},
  };
});
