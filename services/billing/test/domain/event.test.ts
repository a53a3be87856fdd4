import { expect, test } from "@jest/globals";
import { canonicalJson } from "../../src/domain/canonical-json.ts";
import { type Event, genesis, hashEvent } from "../../src/domain/event.ts";

const event: Event = {
  tenant_id: "t",
  seq: 1n,
  id: "i",
  type: "customer.created",
  entity: "customer",
  entity_id: "c",
  entity_version: 1,
  actor_sub: "alice",
  client_id: "app",
  request_id: "r",
  data: { b: 1, a: [true, null] },
  occurred_at: "2026-01-01T00:00:00.000Z",
};

test("canonical JSON does not depend on the order of members", () => {
  expect(canonicalJson({ b: [1, { d: "x", c: null }], a: 2n, left: undefined })).toBe(
    '{"a":2,"b":[1,{"c":null,"d":"x"}]}',
  );
});

test("a hash covers every member of an event and what came before it", () => {
  const hash = hashEvent(genesis, event);

  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(hashEvent(genesis, { ...event, data: { a: [true, null], b: 1 } })).toBe(hash);
  expect(hashEvent(hash, event)).not.toBe(hash);
  for (const name of Object.keys(event) as (keyof Event)[]) {
    const changed = { ...event, [name]: name === "data" ? {} : "changed" };
    expect(hashEvent(genesis, changed as Event)).not.toBe(hash);
  }
});
