import { expect, test } from "@jest/globals";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { startStack } from "../stack.ts";

test("a client gets a token, and with it creates, finalizes and reads an invoice", async () => {
  await using stack = await startStack();

  const granted = await stack.requestToken("svc-demo");
  expect(granted.status).toBe(200);
  expect(granted.json).toMatchObject({ token_type: "Bearer", expires_in: 300 });
  const token = granted.json.access_token;
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: "ES256", typ: "at+jwt" });
  expect(decodeJwt(token)).toMatchObject({
    iss: stack.url,
    aud: "https://billing.tollgate.internal",
    sub: "svc-demo",
    client_id: "svc-demo",
    token_use: "service",
    tenant: "01920000-0000-7000-8000-000000000001",
  });

  const ada = { name: "Ada Lovelace", email: "ada@example.com" };
  const customer = await stack.post("/billing/v1/customers", ada, { token });
  expect(customer.status).toBe(201);
  expect(customer.headers.get("location")).toBe(`/billing/v1/customers/${customer.json.id}`);

  const lines = [
    { description: "Engine", quantity: 2, unit_amount: 12_500, tax_rate_ppm: 200_000 },
  ];
  const order = { customer_id: customer.json.id, currency: "EUR", lines };
  const draft = await stack.post("/billing/v1/invoices", order, { token });
  expect([draft.status, draft.json.status, draft.json.number]).toEqual([201, "draft", null]);

  const path = `/billing/v1/invoices/${draft.json.id}`;
  const headers = {
    "if-match": draft.headers.get("etag") ?? "",
    "idempotency-key": "e2e-finalize-00001",
  };
  const open = await stack.post(`${path}/finalize`, {}, { token, headers });
  expect([open.status, open.json.status, open.json.number]).toEqual([200, "open", "INV-000001"]);
  expect(open.json.total).toEqual({ amount: 30_000, currency: "EUR" });

  const again = await stack.post(`${path}/finalize`, {}, { token, headers });
  expect([again.status, again.text]).toEqual([200, open.text]);
  expect(again.headers.get("idempotency-replayed")).toBe("true");

  const read = await stack.get(path, { token });
  expect([read.status, read.json]).toEqual([200, open.json]);
  const list = await stack.get("/billing/v1/invoices", { token });
  expect(list.json.data).toMatchObject([{ id: draft.json.id, status: "open" }]);
});
