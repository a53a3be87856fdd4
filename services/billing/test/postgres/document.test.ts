import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createDraft, createOpen, settingsBody } from "../support/bodies.ts";
import {
  type BillingUnderTest,
  startBillingUnderTest,
  type TestCaller,
} from "../support/start-billing.ts";

let billing: BillingUnderTest;
let caller: TestCaller;
let open: string;
beforeAll(async () => {
  billing = await startBillingUnderTest();
  caller = await billing.as();
  await caller.put("/v1/settings", settingsBody, { "if-match": '"0"' });
  open = await createOpen(caller);
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
});

const read = (id: string, accept: string, headers: Record<string, string> = {}) =>
  caller.get(`/v1/invoices/${id}/document`, { accept, ...headers });

test("a document is a page that may do nothing, and the one that was noted when it was issued", async () => {
  const page = await read(open, "text/html");

  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(page.headers.get("content-disposition")).toBe('inline; filename="AE-000001.html"');
  expect(page.headers.get("vary")).toBe("Accept");
  expect(page.text).toContain("Analytical Engines Ltd");
  const hash = createHash("sha256").update(page.text).digest("hex");
  expect(page.headers.get("etag")).toBe(`"${hash}"`);
  const events = await caller.get(`/v1/events?type=invoice.finalized&entity_id=${open}`);
  expect(events.json.data[0].data.document_sha256).toBe(hash);
});

test("it stays the same, whatever becomes of seller, buyer and invoice", async () => {
  const before = await read(open, "text/html");
  const settings = { ...settingsBody, legal_name: "Others Ltd", locale: "de-DE" };
  await caller.put("/v1/settings", settings, { "if-match": '"1"' });
  const { customer_id } = (await caller.get(`/v1/invoices/${open}`)).json;
  await caller.patch(`/v1/customers/${customer_id}`, { name: "Eve" }, { "if-match": '"1"' });
  await caller.post(`/v1/invoices/${open}/void`, { reason: "x" }, { "if-match": '"2"' });

  const after = await read(open, "text/html");

  expect(after.text).toBe(before.text);
  const unchanged = await read(open, "text/html", {
    "if-none-match": before.headers.get("etag") as string,
  });
  expect([unchanged.status, unchanged.text]).toEqual([304, ""]);
});

test("it is a PDF for who asks for one", async () => {
  const pdf = await read(open, "application/pdf, text/html;q=0.5");

  expect(pdf.headers.get("content-type")).toBe("application/pdf");
  expect(pdf.headers.get("content-disposition")).toBe('inline; filename="AE-000001.pdf"');
  expect(pdf.text).toMatch(/^%PDF-/);
  expect((await read(open, "application/pdf")).headers.get("etag")).toBe(pdf.headers.get("etag"));
});

test("it is not to be had in other forms, nor of a draft", async () => {
  const image = await read(open, "image/png");
  expect([image.status, image.json.code]).toEqual([406, "not_acceptable"]);
  expect((await read(open, "*/*")).headers.get("content-type")).toMatch(/^text\/html/);
  const draft = await read(await createDraft(caller), "text/html");
  expect([draft.status, draft.json.code]).toEqual([409, "document_of_draft"]);
});

test("an end user reads own documents alone", async () => {
  const id = await createOpen(caller);
  const { customer_id } = (await caller.get(`/v1/invoices/${id}`)).json;
  await caller.patch(
    `/v1/customers/${customer_id}`,
    { owner_sub: "usr_ada" },
    { "if-match": '"1"' },
  );
  const as = (sub: string) =>
    billing.as({ sub, client_id: "app", token_use: "user", roles: ["customer"] });

  const at = `/v1/invoices/${id}/document`;
  expect((await (await as("usr_ada")).get(at)).status).toBe(200);
  expect((await (await as("usr_eve")).get(at)).status).toBe(404);
});
