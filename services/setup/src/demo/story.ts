import { decodeJwt, decodeProtectedHeader } from "jose";
import { DemoError } from "./demo-error.ts";
import { type Answer, type Call, errorOf, type Gateway } from "./gateway.ts";
import type { Page } from "./page.ts";

const billing = "https://billing.tollgate.internal";
const reports = "https://reports.tollgate.internal";

/** The whole of Tollgate in one reading: what a token opens, and what nothing opens. */
export async function tellStory(gateway: Gateway, page: Page): Promise<void> {
  const token = await getToken(gateway, page);
  const invoicePath = await makeInvoice(gateway, page, token);
  await beRefused(gateway, page, { token, invoicePath });
}

async function getToken(gateway: Gateway, page: Page): Promise<string> {
  page.chapter("A service asks for a token");
  const answer = await gateway.requestToken({ client: "svc-demo", resource: billing });
  page.exchange(answer, "as svc-demo, with its secret");
  expectStatus(answer, 200);
  const token = String(answer.body.access_token);

  page.chapter("What the token says");
  page.json({ ...decodeProtectedHeader(token) });
  page.json(decodeJwt(token));
  return token;
}

async function makeInvoice(gateway: Gateway, page: Page, token: string): Promise<string> {
  const act = async (status: number, method: string, path: string, call: Call, remark: string) => {
    const answer = await gateway.call(method, path, { token, ...call });
    page.exchange(answer, remark);
    expectStatus(answer, status);
    return answer.body;
  };

  page.chapter("With it, the service sends an invoice");
  const ada = { name: "Ada Lovelace", email: "ada@example.com", owner_sub: "usr_ada" };
  const customer = await act(201, "POST", "/billing/v1/customers", { body: ada }, "a customer");

  const lines = [
    { description: "Analytical engine, rent", quantity: 2, unit_amount: 125_00, tax_rate_ppm: 2e5 },
  ];
  const order = { customer_id: customer.id, currency: "EUR", lines };
  const draft = await act(201, "POST", "/billing/v1/invoices", { body: order }, "a draft");

  const path = `/billing/v1/invoices/${draft.id}`;
  const seen = { "if-match": `"${draft.version}"` };
  const finalize = { body: {}, headers: seen };
  const open = await act(
    200,
    "POST",
    `${path}/finalize`,
    finalize,
    "now it is owed, and never changes again",
  );
  const payment = { ...transferOf(open), reference: `wire ${open.number}` };
  await act(201, "POST", `${path}/payments`, { body: payment }, "and paid");

  const { number, status, total, due_on } = await act(200, "GET", path, {}, "read back");
  page.json({ number, status, total, due_on });
  return path;
}

/** All of it, on the day that the invoice says it was issued. */
function transferOf({ total, issued_on }: Answer["body"]) {
  const { amount, currency } = total as { amount: number; currency: string };
  return {
    kind: "payment",
    method: "bank_transfer",
    amount,
    currency,
    received_on: String(issued_on),
  };
}

type Made = { token: string; invoicePath: string };

async function beRefused(gateway: Gateway, page: Page, { token, invoicePath }: Made) {
  const refuse = async (what: string, code: string, asked: Promise<Answer>) => {
    const answer = await asked;
    page.refusal(what, answer);
    if (errorOf(answer.body) !== code) throw new DemoError(`That should have been ${code}.`);
  };
  const get = (credential?: string) =>
    gateway.call("GET", invoicePath, credential ? { token: credential } : {});

  page.chapter("The same door, without the right token");
  await refuse("No token", "token_missing", get());
  await refuse("A forged one", "token_signature_invalid", get(forged(token)));

  const elsewhere = await gateway.token({ client: "svc-demo", resource: reports });
  await refuse("One for another service", "token_audience_mismatch", get(elsewhere));

  const reader = await gateway.token({ client: "svc-reader", resource: billing });
  const change = { token: reader, body: { name: "Nobody", email: "nobody@example.com" } };
  const write = gateway.call("POST", "/billing/v1/customers", change);
  await refuse("One that may only read", "scope_missing", write);

  const rival = await gateway.token({ client: "svc-rival", resource: billing });
  await refuse("One of another tenant: for it, there is no such invoice", "not_found", get(rival));
}

/** The claims changed, the signature kept: what anybody with a text editor can do. */
function forged(token: string): string {
  const [header, , signature] = token.split(".");
  const claims = { ...decodeJwt(token), sub: "somebody-else" };
  return `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
}

function expectStatus({ status, body }: Answer, expected: number): void {
  if (status === expected) return;
  const reason = [errorOf(body), body.title, body.detail].filter(Boolean).join(": ");
  throw new DemoError(`That should have been ${expected}. ${reason}`);
}
