import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Endpoint } from "../../src/endpoint.ts";
import { endpoints } from "../../src/endpoints/endpoints.ts";
import {
  createCustomer,
  createDraft,
  createOpen,
  customerBody,
  finalize,
  invoiceBody,
  paymentBody,
  reversalBody,
  settingsBody,
} from "../support/bodies.ts";
import {
  type Answer,
  allScopes,
  type BillingUnderTest,
  caller as callerWith,
  startBillingUnderTest,
  type TestCaller,
  tenantA,
  tenantB,
} from "../support/start-billing.ts";

let billing: BillingUnderTest;
let alice: TestCaller;
const ids = { customer: "", draft: "", open: "" };

beforeAll(async () => {
  billing = await startBillingUnderTest();
  alice = await billing.as();
  ids.customer = await createCustomer(alice, { owner_sub: "usr_ada" });
  ids.draft = await createDraft(alice, { customer_id: ids.customer });
  ids.open = await createDraft(alice, { customer_id: ids.customer });
  await finalize(alice, ids.open);
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
});

/** A body that is in order, for every endpoint that takes one. */
function bodyFor({ name }: Endpoint): object | undefined {
  const bodies: Record<string, object> = {
    putSettings: settingsBody,
    createCustomer: customerBody,
    updateCustomer: { name: "Ada" },
    createInvoice: invoiceBody(ids.customer),
    updateInvoice: { due_days: 7 },
    finalizeInvoice: {},
    voidInvoice: { reason: "x" },
    markUncollectible: { reason: "x" },
    recordPayment: paymentBody(1),
    issueCreditNote: { full: true, reason: "x" },
  };
  return bodies[name];
}

/** A request for an endpoint that is in order but for who sends it. */
function send(by: TestCaller, endpoint: Endpoint, at?: string): Promise<Answer> {
  const id = at ?? (endpoint.path.includes("/customers") ? ids.customer : ids.draft);
  const body = bodyFor(endpoint);
  return by.send(endpoint.method, endpoint.path.replace("{id}", id), {
    ...(body === undefined ? {} : { body }),
    headers: endpoint.ifMatch === undefined ? {} : { "if-match": '"1"' },
  });
}

test("every endpoint that takes a body has one here", () => {
  const taking = endpoints.filter(({ body }) => body !== undefined);
  expect(taking.filter((each) => bodyFor(each) === undefined)).toEqual([]);
});

function expectChallenge(answer: Answer, status: number, code: string, scope: string): void {
  expect([answer.status, answer.json.code]).toEqual([status, code]);
  const challenge = answer.headers.get("www-authenticate");
  expect(challenge).toContain('error="insufficient_scope"');
  expect(challenge).toContain(`scope="${scope}"`);
}

describe.each(endpoints.map((endpoint) => [endpoint.name, endpoint] as const))(
  "%s",
  (_name, endpoint) => {
    const { scope, roles } = endpoint;
    const person = (claims: object) =>
      billing.as({ sub: "usr_x", client_id: "app", token_use: "user", ...claims });

    test("is refused without a token", async () => {
      const answer = await send(callerWith(billing.url), endpoint);
      expect([answer.status, answer.json.code]).toEqual([401, "token_missing"]);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer realm=/);
    });

    test("is refused without its scope", async () => {
      const others = allScopes.split(" ").filter((each) => each !== scope);
      const answer = await send(await billing.as({ scope: others.join(" ") }), endpoint);
      expectChallenge(answer, 403, "scope_missing", scope);
    });

    test("is refused to people without roles, and with roles that are not enough", async () => {
      const all = ["accountant", "clerk", "auditor", "customer"] as const;
      const useless = all.filter((role) => !roles.includes(role));
      for (const held of [undefined, [], ["root"], useless]) {
        const answer = await send(await person({ roles: held }), endpoint);
        expectChallenge(answer, 403, "role_missing", scope);
      }
    });

    test("is refused to a token that does not say for whom it acts", async () => {
      expectChallenge(
        await send(await billing.as({ token_use: undefined }), endpoint),
        403,
        "token_use_not_allowed",
        scope,
      );
      for (const tenant of [undefined, "acme", 7]) {
        const answer = await send(await billing.as({ tenant }), endpoint);
        expectChallenge(answer, 403, "tenant_missing", scope);
      }
    });

    test("takes the tenant from the token alone", async () => {
      if (!endpoint.path.includes("{id}")) return;
      const rival = await billing.as({ tenant: tenantB });
      const headers = { "x-tenant-id": tenantA, "x-tenant": tenantA, "x-user-id": "svc-test" };
      const forging: TestCaller = {
        ...rival,
        send: (method, path, options = {}) =>
          rival.send(method, path, { ...options, headers: { ...options.headers, ...headers } }),
      };
      const theirs = await send(forging, endpoint);
      const missing = await send(forging, endpoint, randomUUID());

      expect([theirs.status, missing.status]).toEqual([404, 404]);
      const same = ({ json: { request_id, instance, ...rest } }: Answer) => rest;
      expect(same(theirs)).toEqual(same(missing));
      expect(theirs.text.length - theirs.json.instance.length).toBe(
        missing.text.length - missing.json.instance.length,
      );
      const names = (answer: Answer) => [...answer.headers.keys()].sort();
      expect(names(theirs)).toEqual(names(missing));
    });
  },
);

describe.each(
  endpoints
    .filter(({ path, roles }) => path.includes("{id}") && roles.includes("customer"))
    .map((endpoint) => [endpoint.name, endpoint] as const),
)("%s", (_name, endpoint) => {
  test("answers another end user as if there were nothing, byte for byte", async () => {
    const claims = { sub: "usr_eve", client_id: "app", token_use: "user", roles: ["customer"] };
    const eve = await billing.as(claims);
    const at = endpoint.path.includes("/customers") ? ids.customer : ids.open;

    const theirs = await send(eve, endpoint, at);
    const missing = await send(eve, endpoint, randomUUID());

    const same = ({ status, json: { request_id, instance, ...rest } }: Answer) => [status, rest];
    expect(theirs.status).toBe(404);
    expect(same(theirs)).toEqual(same(missing));
  });
});

test("a clerk records payments, and reversing them takes an accountant", async () => {
  const at = `/v1/invoices/${await createOpen(alice)}/payments`;
  const person = (role: string) =>
    billing.as({ sub: "usr_x", client_id: "app", token_use: "user", roles: [role] });
  const paid = await (await person("clerk")).post(at, paymentBody(100));
  expect(paid.status).toBe(201);

  const body = reversalBody(paid.json.entry.id, 100);
  expectChallenge(
    await (await person("clerk")).post(at, body),
    403,
    "role_missing",
    "payments:write",
  );
  expect((await (await person("accountant")).post(at, body)).status).toBe(201);
});

test("another tenant sees empty lists", async () => {
  const rival = await billing.as({ tenant: tenantB });

  for (const path of ["/v1/customers", "/v1/invoices", "/v1/events"]) {
    expect((await rival.get(path)).json.data).toEqual([]);
    expect((await rival.get(`${path}?limit=1`)).json.has_more).toBe(false);
  }
});

test("another tenant cannot bill this one's customer", async () => {
  const rival = await billing.as({ tenant: tenantB });

  const theirs = await rival.post("/v1/invoices", invoiceBody(ids.customer));
  const missing = await rival.post("/v1/invoices", invoiceBody(randomUUID()));

  expect(theirs.status).toBe(422);
  expect(theirs.json.errors).toEqual(missing.json.errors);
});

describe("an end user", () => {
  const endUser = (sub: string) =>
    billing.as({ sub, client_id: "app", token_use: "user", roles: ["customer"] });

  test("reads own invoices that are not drafts, and may do nothing with them", async () => {
    const ada = await endUser("usr_ada");

    expect((await ada.get("/v1/invoices")).json.data).toMatchObject([{ id: ids.open }]);
    const own = await ada.get(`/v1/invoices/${ids.open}`);
    expect(own.json).toMatchObject({ status: "open", lines: [{}], taxes: [{}], ledger: [{}] });
    expect(own.json.allowed_actions).toEqual([]);
    expect((await ada.get(`/v1/customers/${ids.customer}`)).status).toBe(200);
    expect((await ada.get(`/v1/invoices/${ids.draft}`)).status).toBe(404);
    expect((await ada.get("/v1/invoices?status=draft")).json.data).toEqual([]);
  });

  test("does not see what belongs to others", async () => {
    const eve = await endUser("usr_eve");

    expect((await eve.get("/v1/invoices")).json.data).toEqual([]);
    expect((await eve.get(`/v1/invoices/${ids.open}`)).status).toBe(404);
    expect((await eve.get(`/v1/customers/${ids.customer}`)).status).toBe(404);
    expect((await eve.get("/v1/customers")).status).toBe(403);
    expect((await eve.get("/v1/settings")).status).toBe(403);
  });
});
