import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  createCustomer,
  createDraft,
  customerBody,
  invoiceBody,
  settingsBody,
} from "../support/bodies.ts";
import { sendChunks } from "../support/send-chunks.ts";
import {
  type Answer,
  type BillingUnderTest,
  caller as callerWith,
  startBillingUnderTest,
  type TestCaller,
} from "../support/start-billing.ts";

let billing: BillingUnderTest;
let caller: TestCaller;
let customer: string;

beforeAll(async () => {
  billing = await startBillingUnderTest();
  caller = await billing.as();
  customer = await createCustomer(caller);
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
});

function expectProblem(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.json?.code]).toEqual([status, code]);
  expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.json).toMatchObject({
    type: `/problems/${code.replaceAll("_", "-")}`,
    title: expect.any(String),
    status,
    instance: expect.stringMatching(/^\//),
    request_id: answer.headers.get("x-request-id"),
  });
  expect(answer.text).not.toMatch(/node_modules|\.ts|SELECT|INSERT|violates|pg_/);
}

const json = { "content-type": "application/json" };
const postRaw = (raw: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = json) =>
  caller.send("POST", "/v1/customers", { raw, headers });

describe("a body", () => {
  test.each([
    ["", "json_malformed", 400],
    ["{", "json_malformed", 400],
    ["{'a':1}", "json_malformed", 400],
    ["\ufeff{}", "json_malformed", 400],
    ["null", "body_invalid", 422],
    ["[]", "body_invalid", 422],
    ['"text"', "body_invalid", 422],
    ["1e999", "body_invalid", 422],
    ["[".repeat(500_000), "json_malformed", 400],
    [`${"[".repeat(400_000)}${"]".repeat(400_000)}`, "body_invalid", 422],
    [`{"name":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`, "body_invalid", 422],
  ])("%.20j is %s", async (raw, code, status) => {
    expectProblem(await postRaw(raw), status, code);
  });

  test("that is not UTF-8 is not JSON", async () => {
    const raw = new Uint8Array([...Buffer.from('{"name":"'), 0xff, ...Buffer.from('"}')]);
    expectProblem(await postRaw(raw), 400, "json_malformed");
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json; charset=latin1",
    "application/jsonp",
    "application/merge-patch+json",
  ])("of type %s is refused", async (type) => {
    const answer = await postRaw(JSON.stringify(customerBody), { "content-type": type });
    expectProblem(answer, 415, "media_type_not_supported");
  });

  test("that is compressed is refused", async () => {
    const headers = { ...json, "content-encoding": "gzip" };
    expectProblem(await postRaw("{}", headers), 415, "media_type_not_supported");
  });

  test("of more than 1 MiB is refused, whether its length is announced or not", async () => {
    expectProblem(await postRaw(`"${"x".repeat(1_048_576)}"`), 413, "body_too_large");
    const at = `${billing.url}/v1/customers`;
    expect(await sendChunks(at, await billing.token(), { count: 40, size: 65_536 })).toBe(413);
  });

  test("may say its charset", async () => {
    const headers = { "content-type": 'application/json; charset="UTF-8"' };
    expect((await postRaw(JSON.stringify(customerBody), headers)).status).toBe(201);
  });
});

type Faulty = [object, string, string];

describe("a member that cannot be used is named", () => {
  const customers: Faulty[] = [
    [{ ...customerBody, tenant_id: randomUUID() }, "/tenant_id", "unknown"],
    [{ ...customerBody, "a/b~c": 1 }, "/a~1b~0c", "unknown"],
    [{ email: "ada@example.com" }, "/name", "required"],
    [{ ...customerBody, name: 7 }, "/name", "wrong_type"],
    [{ ...customerBody, name: "" }, "/name", "wrong_format"],
    [{ ...customerBody, name: "x".repeat(201) }, "/name", "too_big"],
    [{ ...customerBody, name: "a\u0000b" }, "/name", "wrong_format"],
    [{ ...customerBody, name: "a\ud800b" }, "/name", "wrong_format"],
    [{ ...customerBody, name: "a\nb" }, "/name", "wrong_format"],
    [{ ...customerBody, email: "no address" }, "/email", "wrong_format"],
  ];
  test.each(customers)("%.60j: %s is %s", async (body, pointer, code) => {
    const answer = await caller.post("/v1/customers", body);
    expectProblem(answer, 422, "body_invalid");
    expect(answer.json.errors).toContainEqual(expect.objectContaining({ pointer, code }));
  });

  test("and so is what JavaScript would take for a prototype", async () => {
    const answer = await postRaw('{"name":"a","email":"a@b.example","__proto__":{"x":1}}');
    expectProblem(answer, 422, "body_invalid");
    const other = await postRaw(
      '{"constructor":{"prototype":{}},"name":"a","email":"a@b.example"}',
    );
    expectProblem(other, 422, "body_invalid");
  });

  const line = (change: object) => ({
    lines: [{ description: "x", unit_amount: 100, ...change }],
  });
  const invoices: Faulty[] = [
    [line({ unit_amount: 12.5 }), "/lines/0/unit_amount", "wrong_type"],
    [line({ unit_amount: "12" }), "/lines/0/unit_amount", "wrong_type"],
    [line({ unit_amount: 2 ** 53 }), "/lines/0/unit_amount", "too_big"],
    [line({ unit_amount: -1 }), "/lines", "negative"],
    [line({ unit_amount: 999_999_999_999, quantity: 2 }), "/lines", "too_big"],
    [line({ quantity: 0 }), "/lines/0/quantity", "wrong_format"],
    [line({ quantity: -1 }), "/lines/0/quantity", "wrong_format"],
    [line({ quantity: 0.0001 }), "/lines/0/quantity", "wrong_format"],
    [line({ quantity: 1e21 }), "/lines/0/quantity", "wrong_format"],
    [line({ quantity: null }), "/lines/0/quantity", "wrong_type"],
    [line({ tax_rate_ppm: 1_000_001 }), "/lines/0/tax_rate_ppm", "too_big"],
    [line({ amount: 5 }), "/lines/0/amount", "unknown"],
    [{ lines: [] }, "/lines", "too_small"],
    [{ lines: Array(201).fill(line({}).lines[0]) }, "/lines", "too_big"],
    [{ currency: "eur" }, "/currency", "not_a_choice"],
    [{ currency: "BTC" }, "/currency", "not_a_choice"],
    [{ customer_id: "x" }, "/customer_id", "wrong_format"],
    [{ customer_id: randomUUID() }, "/customer_id", "not_found"],
    [{ due_days: 366 }, "/due_days", "too_big"],
    [{ status: "paid" }, "/status", "unknown"],
  ];
  test.each(invoices)("%.60j: %s is %s", async (change, pointer, code) => {
    const answer = await caller.post("/v1/invoices", { ...invoiceBody(customer), ...change });
    expectProblem(answer, 422, "body_invalid");
    expect(answer.json.errors).toContainEqual(expect.objectContaining({ pointer, code }));
  });

  const settings: Faulty[] = [
    [{ timezone: "Mars/Olympus" }, "/timezone", "invalid"],
    [{ timezone: "+02:00" }, "/timezone", "invalid"],
    [{ number_prefix: "INV-2026" }, "/number_prefix", "wrong_format"],
    [{ locale: "not a locale" }, "/locale", "invalid"],
    [{ payment_terms_days: -1 }, "/payment_terms_days", "too_small"],
    [{ legal_name: undefined }, "/legal_name", "required"],
  ];
  test.each(settings)("%.60j: %s is %s", async (change, pointer, code) => {
    const headers = { "if-match": '"0"' };
    const answer = await caller.put("/v1/settings", { ...settingsBody, ...change }, headers);
    expectProblem(answer, 422, "body_invalid");
    expect(answer.json.errors).toContainEqual(expect.objectContaining({ pointer, code }));
  });
});

describe("a query", () => {
  test.each([
    ["/v1/invoices?stauts=open", "stauts"],
    ["/v1/invoices?tenant_id=x", "tenant_id"],
    ["/v1/invoices?status=lost", "status"],
    ["/v1/invoices?limit=0", "limit"],
    ["/v1/invoices?limit=-1", "limit"],
    ["/v1/invoices?limit=ten", "limit"],
    ["/v1/invoices?limit=1&limit=2", "limit"],
    ["/v1/invoices?due_before=2026-02-30", "due_before"],
    ["/v1/invoices?issued_on[gt]=2026-01-01", "issued_on[gt]"],
    ["/v1/invoices?issued_on[gte]=2026-01-01T00:00:00%2B04:00", "issued_on[gte]"],
    ["/v1/invoices?customer_id=x", "customer_id"],
    ["/v1/invoices?number=%00", "number"],
    ["/v1/invoices?overdue=yes", "overdue"],
    ["/v1/invoices?__proto__=x", "__proto__"],
    ["/v1/customers?q=%00", "q"],
    ["/v1/customers?archived=1", "archived"],
    ["/v1/settings?x=1", "x"],
    [`/v1/invoices/${randomUUID()}?expand=all`, "expand"],
  ])("%s is refused", async (path, parameter) => {
    const answer = await caller.get(path);
    expectProblem(answer, 400, "query_invalid");
    expect(answer.json.errors).toMatchObject([{ parameter }]);
  });

  test.each(["x", "%00", "e30", Buffer.from('{"v":1,"id":"x","list":"y"}').toString("base64url")])(
    "with the cursor %s is refused",
    async (cursor) => {
      expectProblem(await caller.get(`/v1/invoices?cursor=${cursor}`), 400, "cursor_invalid");
    },
  );
});

describe("an address", () => {
  test.each([
    "/",
    "/v1",
    "/v2/invoices",
    "/v1/invoices/",
    "/V1/invoices",
    "/v1//invoices",
    "/v1/invoices/x",
    "/v1/invoices/%00",
    "/v1/invoices/%ff",
    "/v1/invoices/%E0%A4%A",
    "/v1/invoices/'%20OR%201=1--",
    `/v1/invoices/${"x".repeat(4_000)}`,
    "/healthz",
    "/metrics",
  ])("%.40s leads nowhere", async (path) => {
    expectProblem(await caller.get(path), 404, "not_found");
  });

  test("is not even looked for without a token", async () => {
    expectProblem(await callerWith(billing.url).get("/v1/nothing"), 401, "token_missing");
  });

  test("says which methods it takes", async () => {
    const answer = await caller.send("DELETE", "/v1/customers");
    expectProblem(answer, 405, "method_not_allowed");
    expect(answer.headers.get("allow")).toBe("GET, HEAD, POST");
  });

  test("answers HEAD as GET, without the body", async () => {
    const head = await caller.send("HEAD", `/v1/customers/${customer}`);
    expect([head.status, head.text, head.headers.get("etag")]).toEqual([200, "", '"1"']);
  });
});

test("refusals come in the agreed order", async () => {
  const id = await createDraft(caller);
  const path = `/v1/invoices/${id}/finalize`;
  const future = { issued_on: "2199-01-01" };
  const steps: [object | undefined, Record<string, string>, number, string][] = [
    [undefined, { "idempotency-key": "" }, 400, "idempotency_key_missing"],
    [{ issued_on: 7 }, { "if-match": "*" }, 400, "if_match_malformed"],
    [{ issued_on: 7 }, {}, 422, "body_invalid"],
    [{}, {}, 428, "if_match_missing"],
    [future, { "if-match": '"9"' }, 412, "version_mismatch"],
    [future, { "if-match": '"1"' }, 422, "body_invalid"],
  ];
  for (const [body, headers, status, code] of steps) {
    expectProblem(await caller.post(path, body, headers), status, code);
  }
  const nowhere = `/v1/invoices/${randomUUID()}/finalize`;
  expectProblem(await caller.post(nowhere, {}), 404, "not_found");
  expect((await caller.post(path, {}, { "if-match": '"1"' })).status).toBe(200);
});

test("numbers follow dates", async () => {
  const tenant = await billing.as({ tenant: randomUUID() });
  const customer_id = await createCustomer(tenant);
  const finalize = async (body: object) => {
    const id = await createDraft(tenant, { customer_id });
    return tenant.post(`/v1/invoices/${id}/finalize`, body, { "if-match": '"1"' });
  };

  expect((await finalize({ issued_on: "2026-01-02" })).json.number).toBe("INV-000001");
  expectProblem(await finalize({ issued_on: "2026-01-01" }), 409, "issue_date_out_of_order");
  expect((await finalize({ issued_on: "2026-01-02" })).json.number).toBe("INV-000002");
  expect((await finalize({})).json.number).toBe("INV-000003");
});

test("a token that cannot be read is 401, whatever it is", async () => {
  for (const token of ["x", "a.b.c", `${await billing.token()}x`, "e30.e30.e30", "..."]) {
    const answer = await callerWith(billing.url, token).get("/v1/invoices");
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toContain('error="invalid_token"');
  }
  const other = await billing.as({ aud: "https://reports.tollgate.internal" });
  expectProblem(await other.get("/v1/invoices"), 401, "token_audience_mismatch");
});
