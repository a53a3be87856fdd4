import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createCustomer, createOpen } from "../support/bodies.ts";
import {
  type BillingUnderTest,
  startBillingUnderTest,
  type TestCaller,
} from "../support/start-billing.ts";

let billing: BillingUnderTest;
let caller: TestCaller;
beforeAll(async () => {
  billing = await startBillingUnderTest();
  caller = await billing.as();
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
});

test("the feed tells everything in order, and goes on after what was seen", async () => {
  const tenant = await billing.as({ tenant: randomUUID() });
  await createOpen(tenant);
  await Promise.all(Array.from({ length: 7 }, () => createCustomer(tenant)));

  const seen: number[] = [];
  let path: string | undefined = "/v1/events?limit=3";
  while (path !== undefined) {
    const page = await tenant.get(path);
    expect(page.status).toBe(200);
    seen.push(...page.json.data.map(({ seq }: { seq: number }) => seq));
    expect(page.json.next_after_seq).toBe(seen.at(-1));
    path = /^<(.+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1];
    expect(page.json.has_more).toBe(path !== undefined);
  }

  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const nothing = await tenant.get("/v1/events?after_seq=10");
  expect(nothing.json).toEqual({ data: [], next_after_seq: 10, has_more: false });
});

test("an event says who did what to which version, and can be chained to the one before", async () => {
  const tenant = randomUUID();
  const ada = await billing.as({
    ...{ tenant, sub: "usr_ada", client_id: "app" },
    ...{ token_use: "user", roles: ["owner"] },
  });
  const id = await createCustomer(ada);
  await createCustomer(ada);

  const { json } = await ada.get("/v1/events");

  expect(json.data[0]).toMatchObject({
    seq: 1,
    type: "customer.created",
    entity: "customer",
    entity_id: id,
    entity_version: 1,
    actor_sub: "usr_ada",
    client_id: "app",
    prev_hash: "0".repeat(64),
  });
  expect(json.data[1].prev_hash).toBe(json.data[0].hash);
  expect(json.data[0]).not.toHaveProperty("delivered_at");
});

test("the feed can be narrowed to a type and to an entity", async () => {
  const id = await createOpen(caller);

  const byType = await caller.get(`/v1/events?type=invoice.finalized&entity_id=${id}`);
  const byEntity = await caller.get(`/v1/events?entity_id=${id}&limit=1`);

  expect(byType.json.data).toMatchObject([{ type: "invoice.finalized", entity_id: id }]);
  expect(byEntity.json).toMatchObject({ data: [{ type: "invoice.created" }], has_more: true });
});

test.each([
  "after_seq=-1",
  "after_seq=x",
  "after_seq=1.5",
  "type=gossip",
  "entity_id=x",
  "cursor=x",
])("a feed by %s is refused", async (query) => {
  const answer = await caller.get(`/v1/events?${query}`);
  expect([answer.status, answer.json.code]).toEqual([400, "query_invalid"]);
});
