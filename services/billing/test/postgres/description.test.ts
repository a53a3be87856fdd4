import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Endpoint } from "../../src/endpoint.ts";
import { endpoints } from "../../src/endpoints/endpoints.ts";
import { refusal } from "../../src/openapi/answers.ts";
import { type Example, exampleIds, examples } from "../../src/openapi/examples.ts";
import { replies } from "../../src/openapi/replies.ts";
import { createCustomer, createDraft, createOpen, paymentBody } from "../support/bodies.ts";
import {
  type BillingUnderTest,
  caller as callerWith,
  startBillingUnderTest,
  type TestCaller,
} from "../support/start-billing.ts";

let billing: BillingUnderTest;
let caller: TestCaller;
beforeAll(async () => {
  billing = await startBillingUnderTest({ now: () => new Date("2026-05-01T12:00:00Z") });
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
});

const drafts = ["updateInvoice", "deleteInvoice", "finalizeInvoice"];

/** Sends an example as it is written, but for its ids: those of a tenant made for it. */
async function execute({ name, method, path, ifMatch }: Endpoint, { body, query }: Example) {
  caller = await billing.as({ tenant: crypto.randomUUID() });
  const customer = await createCustomer(caller);
  const isDraft = drafts.includes(name);
  const invoice = await (isDraft ? createDraft : createOpen)(caller, {
    ...{ customer_id: customer, currency: "EUR" },
    lines: [{ description: "x", unit_amount: 20_000, tax_rate_ppm: 190_000 }],
  });
  let payment = "";
  if (JSON.stringify(body ?? {}).includes(exampleIds.payment)) {
    const paid = await caller.post(`/v1/invoices/${invoice}/payments`, paymentBody(5_000));
    payment = paid.json.entry.id;
  }
  const real = { customer, invoice, payment };
  const withIds = (text: string) =>
    Object.entries(exampleIds).reduce(
      (all, [kind, id]) => all.replaceAll(id, real[kind as keyof typeof real]),
      text,
    );

  const id = path.includes("/customers") ? customer : invoice;
  const at = path.replace("{id}", id) + (query ? `?${new URLSearchParams(query)}` : "");
  const versions: Record<string, string> = { putSettings: "0", voidInvoice: "2" };
  const version = versions[name] ?? (name === "markUncollectible" ? "2" : "1");
  return await caller.send(method, withIds(at), {
    ...(body === undefined ? {} : { body: JSON.parse(withIds(JSON.stringify(body))) }),
    headers: ifMatch === undefined ? {} : { "if-match": `"${version}"` },
  });
}

const cases = endpoints.flatMap((endpoint) =>
  (examples[endpoint.name] ?? [{ summary: "as it is" }]).map(
    (example) => [endpoint.name, example.summary, endpoint, example] as const,
  ),
);

describe("every example works as it is written, and is answered as it is described", () => {
  test.each(cases)("%s: %s", async (name, _summary, endpoint, example) => {
    const answer = await execute(endpoint, example);

    const { status, schema } = replies[name] as (typeof replies)[string];
    expect([answer.status, answer.status >= 400 ? answer.text : ""]).toEqual([status, ""]);
    expect(schema?.safeParse(answer.json).error).toBeUndefined();
    if (schema !== undefined) expect(answer.json).toBeDefined();
  });
});

test("refusals are what they are described to be", async () => {
  const answer = await caller.post("/v1/customers", {});
  expect(refusal.safeParse(answer.json).error).toBeUndefined();
});

describe("the description", () => {
  const anybody = () => callerWith(billing.url);

  test("is there for everybody, at the address that the gateway publishes as well", async () => {
    for (const base of ["", "/billing"]) {
      const answer = await anybody().get(`${base}/openapi.json`);
      expect(answer.status).toBe(200);
      expect(answer.json).toMatchObject({ openapi: "3.1.0", servers: [{ url: base || "/" }] });
    }
  });

  test("is there as a page, which brings along all that it needs", async () => {
    const page = await anybody().get("/billing/docs");
    expect(page.headers.get("content-type")).toMatch(/^text\/html/);
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");

    const parts = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, part]) => part);
    expect(parts).toHaveLength(3);
    for (const part of parts) {
      const url = new URL(part as string, `${billing.url}/billing/docs`);
      const answer = await anybody().get(url.pathname);
      expect([part, answer.status]).toEqual([part, 200]);
    }
  });

  test.each(["/docs/../package.json", "/docs/package.json", "/docs/", "/docs/toString", "/x/docs"])(
    "does not lead to %s",
    async (path) => {
      expect((await anybody().get(path)).status).toBe(401);
    },
  );

  test("cannot be changed", async () => {
    expect((await anybody().post("/openapi.json")).status).toBe(401);
  });
});
