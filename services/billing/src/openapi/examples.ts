/** Ids that stand in examples for objects of the reader's own. */
export const exampleIds = {
  customer: "01920000-0000-7000-8000-0000000000c1",
  invoice: "01920000-0000-7000-8000-0000000000a1",
  payment: "01920000-0000-7000-8000-0000000000b1",
};

export type Example = { summary: string; body?: object; query?: Record<string, string> };

const consulting = {
  description: "Consulting, March",
  quantity: "12.5",
  unit_amount: 9_500,
  tax_rate_ppm: 190_000,
};

/** Requests that work as they are written: a test sends each of them. */
export const examples: Record<string, readonly Example[]> = {
  putSettings: [
    {
      summary: "All of them, as a whole",
      body: {
        legal_name: "Nordwind Werkstätten GmbH",
        address: "Speicherstraße 12\n20457 Hamburg\nGermany",
        tax_id: "DE812345678",
        timezone: "Europe/Berlin",
        currency: "EUR",
        number_prefix: "NW-",
        payment_terms_days: 14,
        locale: "de-DE",
      },
    },
  ],
  createCustomer: [
    { summary: "Name and address", body: { name: "Ada Lovelace", email: "ada@example.com" } },
    {
      summary: "With your own number, and the user who may see the invoices",
      body: {
        name: "Engines Ltd",
        email: "accounts@example.com",
        external_id: "crm-4711",
        address: "1 Engine Row\nLondon",
        tax_id: "GB123456789",
        owner_sub: "usr_ada",
      },
    },
  ],
  listCustomers: [{ summary: "By a part of the name", query: { q: "engine", limit: "10" } }],
  updateCustomer: [
    { summary: "What is left out stays", body: { name: "Ada King", address: null } },
    { summary: "Archived, and billed no more", body: { archived: true } },
  ],
  createInvoice: [
    {
      summary: "Two lines with tax: 19 % are 190000 millionths",
      body: {
        customer_id: exampleIds.customer,
        currency: "EUR",
        lines: [consulting, { description: "Hosting", unit_amount: 4_900, tax_rate_ppm: 190_000 }],
        due_days: 30,
      },
    },
  ],
  listInvoices: [
    { summary: "What is overdue", query: { status: "open", overdue: "true" } },
    {
      summary: "What was issued in March",
      query: { "issued_on[gte]": "2026-03-01", "issued_on[lte]": "2026-03-31" },
    },
  ],
  updateInvoice: [{ summary: "Other lines", body: { lines: [{ ...consulting, quantity: 10 }] } }],
  finalizeInvoice: [
    { summary: "Issued today", body: {} },
    { summary: "Issued on an earlier day", body: { issued_on: "2026-03-31" } },
  ],
  voidInvoice: [{ summary: "With the reason", body: { reason: "Issued to the wrong customer" } }],
  markUncollectible: [
    { summary: "With the reason", body: { reason: "The customer is insolvent" } },
  ],
  recordPayment: [
    {
      summary: "Money came in",
      body: {
        kind: "payment",
        amount: 50_00,
        currency: "EUR",
        method: "bank_transfer",
        reference: "wire 2026-04-02 / 17",
        received_on: "2026-04-02",
      },
    },
    {
      summary: "A payment bounced",
      body: {
        kind: "reversal",
        reverses: exampleIds.payment,
        amount: 10_00,
        currency: "EUR",
        received_on: "2026-04-03",
        reference: "return 2026-04-03 / 3",
        reason: "Account closed",
      },
    },
  ],
  issueCreditNote: [
    { summary: "A part", body: { amount: 10_00, reason: "Late delivery" } },
    { summary: "All that is due", body: { full: true, reason: "Returned" } },
  ],
  listEvents: [
    { summary: "What came after the last one seen", query: { after_seq: "0", limit: "100" } },
    { summary: "The history of an invoice", query: { entity_id: exampleIds.invoice } },
  ],
};
