import { expect, test } from "@jest/globals";
import { createRetryBudget } from "../../src/upstream/retry-budget.ts";

function budgetAt() {
  let time = 0;
  const options = { ratio: 0.2, minimum: 3, windowMs: 10_000 };
  const budget = createRetryBudget(options, () => time);
  const deposit = (requests: number) => {
    for (let n = 0; n < requests; n += 1) budget.deposit();
  };
  const spend = () => {
    let retries = 0;
    while (retries < 1_000 && budget.withdraw()) retries += 1;
    return retries;
  };
  const pass = (ms: number) => {
    time += ms;
  };
  return { deposit, spend, pass };
}

test("a fifth of the requests may be tried again", () => {
  const { deposit, spend } = budgetAt();
  deposit(200);

  expect(spend()).toBe(40);
});

test("a few may, however quiet it is", () => {
  const { deposit, spend } = budgetAt();
  deposit(1);

  expect(spend()).toBe(3);
});

test("what was not spent in one window is not saved for the next", () => {
  const { deposit, spend, pass } = budgetAt();
  deposit(1_000);

  pass(10_000);
  deposit(100);

  expect(spend()).toBe(20);
});
