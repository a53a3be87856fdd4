import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { endpoints } from "../../src/endpoints/endpoints.ts";
import { query } from "../support/billing-database.ts";
import {
  createCustomer,
  createDraft,
  createOpen,
  customerBody,
  invoiceBody,
  paymentBody,
} from "../support/bodies.ts";
import {
  type Answer,
  allScopes,
  type BillingUnderTest,
  patiently,
  startBillingUnderTest,
  type TestCaller,
} from "../support/start-billing.ts";

let now = new Date("2026-06-15T12:00:00Z");
let billing: BillingUnderTest;
let caller: TestCaller;

beforeAll(async () => {
  billing = await startBillingUnderTest({ now: () => now });
  caller = await billing.as();
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
});

type Post = { path: string; body: object; changed: object; headers?: Record<string, string> };

/** A valid request for every POST there is: a new one without an entry fails the test below. */
const posts: Record<string, () => Promise<Post>> = {
  createCustomer: async () => ({
    path: "/v1/customers",
    body: customerBody,
    changed: { ...customerBody, name: "Grace Hopper" },
  }),
  createInvoice: async () => {
    const body = invoiceBody(await createCustomer(caller));
    return { path: "/v1/invoices", body, changed: { ...body, currency: "USD" } };
  },
  finalizeInvoice: async () => {
    const path = `/v1/invoices/${await createDraft(caller)}/finalize`;
    const changed = { issued_on: "2026-06-14" };
    return { path, body: {}, changed, headers: { "if-match": '"1"' } };
  },
  voidInvoice: async () => verb("void"),
  markUncollectible: async () => verb("mark-uncollectible"),
  recordPayment: async () => {
    const path = `/v1/invoices/${await createOpen(caller)}/payments`;
    return { path, body: paymentBody(4_000), changed: paymentBody(3_999) };
  },
  issueCreditNote: async () => {
    const path = `/v1/invoices/${await createOpen(caller)}/credit-notes`;
    const body = { amount: 2_000, reason: "Late delivery" };
    return { path, body, changed: { full: true, reason: "Late delivery" } };
  },
};

async function verb(name: string): Promise<Post> {
  const path = `/v1/invoices/${await createOpen(caller)}/${name}`;
  const headers = { "if-match": '"2"' };
  return { path, body: { reason: "Typed wrong" }, changed: { reason: "Another" }, headers };
}

function send({ path, body, headers = {} }: Omit<Post, "changed">, key: string): Promise<Answer> {
  return caller.post(path, body, { ...headers, "idempotency-key": key });
}

/** Everything that a POST can leave behind, counted past row-level security. */
async function countRows() {
  const tables = [
    "customer",
    "invoice",
    "invoice_line",
    "ledger_entry",
    "event",
    "idempotency_key",
  ];
  const counts = tables.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`);
  return (await query(billing.database.superuserUrl, `SELECT ${counts.join(", ")}`))[0];
}

test("every POST is in this test", () => {
  const names = endpoints.filter(({ method }) => method === "POST").map(({ name }) => name);
  expect(Object.keys(posts).sort()).toEqual(names.sort());
});

describe.each(Object.keys(posts))("%s", (name) => {
  let post: Post;
  beforeAll(async () => {
    post = await (posts[name] as () => Promise<Post>)();
  });

  test("needs a well-formed key", async () => {
    const missing = await caller.send("POST", post.path, {
      body: post.body,
      headers: { ...post.headers, "idempotency-key": "" },
    });
    const malformed = await send(post, "short");

    expect([missing.status, missing.json.code]).toEqual([400, "idempotency_key_missing"]);
    expect(missing.headers.get("link")).toContain("/problems/idempotency-key-missing");
    expect([malformed.status, malformed.json.code]).toEqual([400, "idempotency_key_malformed"]);
  });

  test("stores nothing when it refuses: a corrected request may use the key again", async () => {
    const key = randomUUID();
    const before = await countRows();

    const refused = await send({ ...post, body: { ...post.body, tenant_id: "x" } }, key);

    expect(refused.status).toBe(422);
    expect(await countRows()).toEqual(before);
  });

  test("happens once for 20 calls at a time, and then is answered byte for byte", async () => {
    const key = randomUUID();
    const before = await countRows();

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => patiently(() => send(post, key))),
    );
    const after = await countRows();
    const first = answers.find(({ status, headers }) => {
      return status < 300 && headers.get("idempotency-replayed") === null;
    }) as Answer;
    const replay = await send(post, key);

    for (const { status, json, headers, text } of answers) {
      if (status === 409) {
        expect(json.code).toBe("idempotency_in_progress");
        expect(headers.get("retry-after")).toBe("1");
      } else {
        expect([status, text]).toEqual([first.status, first.text]);
      }
    }
    const executed = answers.filter(
      ({ status, headers }) => status < 300 && !headers.has("idempotency-replayed"),
    );
    expect(executed).toHaveLength(1);
    expect(after?.idempotency_key).toBe(before?.idempotency_key + 1);
    expect(after?.event).toBe(before?.event + 1);
    expect([replay.status, replay.text]).toEqual([first.status, first.text]);
    expect(replay.headers.get("idempotency-replayed")).toBe("true");
    for (const header of ["etag", "location", "content-type"]) {
      expect(replay.headers.get(header)).toBe(first.headers.get(header));
    }
    expect(await countRows()).toEqual(after);

    const reused = await send({ ...post, body: post.changed }, key);
    expect([reused.status, reused.json.code]).toEqual([422, "idempotency_key_reused"]);
    expect(await countRows()).toEqual(after);
  });
});

test("a key belongs to a client and a subject", async () => {
  const key = randomUUID();
  const mine = await send({ path: "/v1/customers", body: customerBody }, key);
  const others = [{ client_id: "another-client" }, { sub: "svc-another", client_id: "svc-test" }];

  for (const claims of others) {
    const other = await billing.as(claims);
    const answer = await other.post("/v1/customers", customerBody, { "idempotency-key": key });
    expect(answer.status).toBe(201);
    expect(answer.json.id).not.toBe(mine.json.id);
  }
});

test("the same key on another path is another request", async () => {
  const key = randomUUID();
  await send({ path: "/v1/customers", body: customerBody }, key);

  const answer = await send({ path: "/v1/invoices", body: invoiceBody(randomUUID()) }, key);

  expect([answer.status, answer.json.code]).toEqual([422, "idempotency_key_reused"]);
});

test("rights are judged before the key: who lost them gets no replay", async () => {
  const key = randomUUID();
  await send({ path: "/v1/customers", body: customerBody }, key);
  const weaker = await billing.as({ scope: "customers:read" });

  const answer = await weaker.post("/v1/customers", customerBody, { "idempotency-key": key });

  expect([answer.status, answer.json.code]).toEqual([403, "scope_missing"]);
});

test("a retry with a fresh token, and with a version that is stale by now, is a replay", async () => {
  const id = await createDraft(caller);
  const finalize = {
    path: `/v1/invoices/${id}/finalize`,
    body: {},
    headers: { "if-match": '"1"' },
  };
  const key = randomUUID();
  const first = await send(finalize, key);
  now = new Date(now.getTime() + 1_000);
  const fresh = await billing.as({ scope: allScopes });

  const again = await fresh.post(
    finalize.path,
    {},
    {
      "if-match": '"1"',
      "idempotency-key": `"${key}"`,
    },
  );

  expect([again.status, again.text]).toEqual([200, first.text]);
});

test("after a day a key counts as new", async () => {
  const key = randomUUID();
  const first = await send({ path: "/v1/customers", body: customerBody }, key);
  now = new Date(now.getTime() + 24 * 3_600_000 + 1_000);
  caller = await billing.as();

  const second = await send({ path: "/v1/customers", body: customerBody }, key);

  expect(second.status).toBe(201);
  expect(second.json.id).not.toBe(first.json.id);
});

test("the sweep deletes expired keys of all tenants, and no others", async () => {
  const { superuserUrl, appUrl } = billing.database;
  const left = "SELECT count(*)::int AS left FROM idempotency_key";
  const insert = (key: string, expires: string) =>
    `INSERT INTO idempotency_key VALUES ('${randomUUID()}', 'c', 's', '${key}', 'f', 200, '{}', '', ${expires})`;
  await query(superuserUrl, "DELETE FROM idempotency_key");
  await query(
    superuserUrl,
    insert("old", "now() - interval '1 s'"),
    insert("older", "'2020-01-01'"),
  );
  await query(superuserUrl, insert("live", "now() + interval '1 h'"));

  const [swept] = await query(appUrl, "SELECT sweep_idempotency_keys()::int AS gone");

  expect(swept).toEqual({ gone: 2 });
  expect(await query(superuserUrl, left)).toEqual([{ left: 1 }]);
});
