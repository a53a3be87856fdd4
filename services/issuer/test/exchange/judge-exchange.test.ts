import { expect, test } from "@jest/globals";
import { type Caller, callerOf } from "@tollgate/shared/tokens/caller";
import { type ExchangeRequest, judgeExchange } from "../../src/exchange/judge-exchange.ts";
import type { Resource } from "../../src/resources/resource.ts";
import { declaredClient } from "../support/declared-client.ts";

const resource = (identifier: string): Resource => ({
  identifier,
  scopes: ["r", "w"],
  ttl: 300,
  algorithm: "ES256",
});

const service = declaredClient({
  client_id: "svc-b",
  serves: ["https://b"],
  access: [
    { resource: "https://c", scopes: ["r", "w"], roles: ["all"], exchange: true },
    { resource: "https://d", scopes: ["r"] },
  ],
});

const now = 1_000_000;
const person = (claims: object = {}): Caller =>
  callerOf({
    iss: "https://i",
    sub: "usr_1",
    aud: "https://b",
    client_id: "app",
    token_use: "user",
    scope: "r x",
    roles: ["clerk", "owner"],
    iat: now - 10,
    exp: now + 290,
    ...claims,
  });

function judge(changes: Partial<ExchangeRequest> = {}) {
  return judgeExchange({
    caller: service,
    subject: person(),
    target: undefined,
    asked: [],
    rightsAt: () => ({ roles: ["clerk", "auditor"] }),
    findResource: resource,
    now,
    ...changes,
  });
}

test("what is left is what subject and caller both have, for two minutes, with the caller as actor", () => {
  expect(judge()).toEqual({
    resource: resource("https://c"),
    scopes: ["r"],
    roles: ["clerk"],
    ttl: 120,
    act: { sub: "svc-b" },
  });
});

test.each(["w", "x", "r w", "y"])("the scope %j is more than both have", (scope) => {
  expect(judge({ asked: scope.split(" ") })).toMatchObject({ refused: "invalid_scope" });
});

test("nothing in common is refused, not a token for nothing", () => {
  expect(judge({ subject: person({ scope: "x" }) })).toMatchObject({ refused: "invalid_scope" });
});

test.each(["https://d", "https://b", "https://unknown", ""])(
  "a target that is not on the caller's list is refused: %j",
  (target) => {
    expect(judge({ target })).toMatchObject({ refused: "invalid_target" });
  },
);

test("a target that is on the list and is not a resource any more is refused", () => {
  expect(judge({ findResource: () => undefined })).toMatchObject({ refused: "invalid_target" });
});

test.each([["https://x"], [["https://b", "https://x"]], [["https://x", "https://b"]]])(
  "a token for %j was not meant for the caller alone",
  (aud) => {
    expect(judge({ subject: person({ aud }) })).toMatchObject({ refused: "invalid_request" });
  },
);

test.each([
  [290, 120],
  [119.9, 119],
  [1, 1],
])("with %d seconds left of the subject's life the token lives for %d", (left, ttl) => {
  expect(judge({ subject: person({ exp: now + left }) })).toMatchObject({ ttl });
});

test("a subject with less than a second to live is refused", () => {
  const subject = person({ exp: now + 0.9 });
  expect(judge({ subject })).toMatchObject({ refused: "invalid_request" });
});

test("the caller's own shorter life holds", () => {
  const access = service.access.map((each) => ({ ...each, ttl: 30 }));
  expect(judge({ caller: { ...service, access } })).toMatchObject({ ttl: 30 });
});

test("the chain of actors nests, to a depth of three", () => {
  const two = { sub: "svc-a", act: { sub: "svc-app" } };
  expect(judge({ subject: person({ act: two }) })).toMatchObject({
    act: { sub: "svc-b", act: two },
  });
  const three = { sub: "svc-x", act: two };
  expect(judge({ subject: person({ act: three }) })).toMatchObject({ refused: "invalid_request" });
});

test("no role is copied that the subject has lost, and none added that its token had not", () => {
  expect(judge({ rightsAt: () => ({ roles: [] }) })).toMatchObject({ roles: [] });
  expect(judge({ rightsAt: () => ({ roles: ["auditor"] }) })).toMatchObject({ roles: [] });
});

test("a person's scope is bounded by what they may at the target now", () => {
  const asked = { subject: person({ scope: "r w" }) };
  expect(judge(asked)).toMatchObject({ scopes: ["r", "w"] });
  expect(judge({ ...asked, rightsAt: () => ({ roles: [], scopes: ["w", "x"] }) })).toMatchObject({
    scopes: ["w"],
  });
  for (const rights of [{ roles: ["clerk"], scopes: [] }, undefined]) {
    expect(judge({ ...asked, rightsAt: () => rights })).toMatchObject({ refused: "invalid_scope" });
  }
});
