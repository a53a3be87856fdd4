import { expect, test } from "@jest/globals";
import { grantAccess, onlyResourceOf } from "../../src/resources/grant-access.ts";
import type { Resource } from "../../src/resources/resource.ts";
import { declaredClient } from "../support/declared-client.ts";

const resource: Resource = {
  identifier: "https://a",
  scopes: ["r", "w"],
  ttl: 300,
  algorithm: "ES256",
};
const client = declaredClient({
  access: [{ resource: "https://a", scopes: ["r"], roles: ["reader"] }],
});
const registry = {
  resources: new Map([[resource.identifier, resource]]),
  clients: new Map([[client.client_id, client]]),
  users: new Map(),
};
const grant = (identifier: string, ...asked: string[]) =>
  grantAccess(registry, client, identifier, asked);

test("no scope asked is all that the client has, not all that the resource has", () => {
  expect(grant("https://a")).toEqual({ resource, scopes: ["r"], roles: ["reader"], ttl: 300 });
});

test("a scope of the resource that the client was not given is refused", () => {
  expect(grant("https://a", "r", "w")).toMatchObject({ refused: "invalid_scope", scope: "w" });
});

test("a resource that the client has no access to is refused as an unknown one is", () => {
  registry.resources.set("https://b", { ...resource, identifier: "https://b" });
  expect(grant("https://b")).toEqual(grant("https://c"));
  expect(grant("https://b")).toMatchObject({ refused: "invalid_target" });
});

test("a single resource is the default, and there is none among several or none", () => {
  const [access] = client.access;
  expect(onlyResourceOf(client)).toBe("https://a");
  expect(onlyResourceOf({ ...client, access: access ? [access, access] : [] })).toBeUndefined();
  expect(onlyResourceOf({ ...client, access: [] })).toBeUndefined();
});
