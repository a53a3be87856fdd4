import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Stack, startStack } from "../stack.ts";
import { crash, restartsOf } from "../support/crash.ts";
import { createDraft } from "../support/story.ts";
import { until } from "../support/until.ts";

let stack: Stack;
let token: string;
let invoice: string;
beforeAll(async () => {
  stack = await startStack();
  token = await stack.token("svc-demo");
  invoice = (await createDraft(stack, token)).path;
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const read = () => stack.get(invoice, { token });

test.each(["gateway", "issuer", "billing"] as const)(
  "when the %s crashes it is started again, and what was stored is there",
  async (service) => {
    const before = await restartsOf(stack, service);

    await crash(stack, service);

    await until(
      () => restartsOf(stack, service),
      (count) => count > before,
    );
    const answer = await until(
      () => read().catch(() => ({ status: 0, json: {} })),
      ({ status }) => status === 200,
    );
    expect(answer.json.status).toBe("draft");
    await until(
      () => stack.requestToken("svc-demo").catch(() => ({ status: 0 })),
      ({ status }) => status === 200,
    );
  },
);

test("while the issuer is down, known keys go on opening doors, and no new token is to be had", async () => {
  await stack.must("stop", "issuer");
  const writer = { name: "Grace Hopper", email: "grace@example.com" };

  const calls = await Promise.all(Array.from({ length: 20 }, read));
  const written = await stack.post("/billing/v1/customers", writer, { token });
  const refused = await stack.requestToken("svc-demo");

  expect(calls.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(written.status).toBe(201);
  expect([502, 503, 504]).toContain(refused.status);
  expect(refused.json.code).toMatch(/^upstream_/);

  await stack.must("start", "issuer");
  await until(
    () => stack.requestToken("svc-demo"),
    ({ status }) => status === 200,
  );
});

test("while billing is down, the gateway says so, and nothing of it leaks", async () => {
  await stack.must("stop", "billing");

  const answer = await read();

  expect([502, 503, 504]).toContain(answer.status);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.json.code).toMatch(/^upstream_/);
  expect(answer.text).not.toMatch(/ECONN|ENOTFOUND|undici|node:|8080|172\./);

  await stack.must("start", "billing");
  await until(read, ({ status }) => status === 200);
});
