import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { query } from "../support/billing-database.ts";
import { createDraft, createOpen, paymentBody } from "../support/bodies.ts";
import {
  type BillingUnderTest,
  startBillingUnderTest,
  type TestCaller,
  tenantA,
  tenantB,
} from "../support/start-billing.ts";

let folder: string;
let billing: BillingUnderTest;
let caller: TestCaller;
let paid: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "billing-verify-"));
  billing = await startBillingUnderTest();
  await writeFile(join(folder, "owner"), new URL(billing.database.ownerUrl).password);
  caller = await billing.as();
  await createDraft(caller);
  const credited = await createOpen(caller);
  await caller.post(`/v1/invoices/${credited}/credit-notes`, { amount: 777, reason: "x" });
  const voided = await createOpen(caller);
  await caller.post(`/v1/invoices/${voided}/void`, { reason: "x" }, { "if-match": '"2"' });
  paid = await createOpen(caller);
  await caller.post(`/v1/invoices/${paid}/payments`, paymentBody(12_000));
  await createOpen(await billing.as({ tenant: tenantB }));
});
afterAll(async () => {
  await billing[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function run(command: string, changes: (url: URL) => void = () => {}) {
  const file = fileURLToPath(new URL("../../src/bin/billing.ts", import.meta.url));
  const url = new URL(billing.database.appUrl);
  url.password = ""; // passwords come from files
  changes(url);
  const env = {
    BILLING_DATABASE_URL: url.href,
    BILLING_OWNER_PASSWORD_FILE: join(folder, "owner"),
  };
  const child = spawn(process.execPath, [file, command], { env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on("close", resolve);
  return { status: await promise, output };
}

/** Changes the books as no trigger allows, looks at them, and changes them back. */
async function tampered(change: string, back: string, command: string) {
  const past = (statement: string) =>
    query(billing.database.superuserUrl, "SET session_replication_role = replica", statement);
  await past(change);
  try {
    return await run(command);
  } finally {
    await past(back);
  }
}

test("sound books are found to be sound, tenant by tenant", async () => {
  for (const command of ["ledger:verify", "audit:verify"]) {
    const { status, output } = await run(command);
    expect(output).toMatch(new RegExp(`^tenant ${tenantA}: \\d+ \\w+, all sound$`, "m"));
    expect(output).toMatch(new RegExp(`^tenant ${tenantB}: \\d+ \\w+, all sound$`, "m"));
    expect(status).toBe(0);
  }
});

describe("ledger:verify", () => {
  const where = () => `WHERE id = '${paid}'`;
  const ofPaid = () => `WHERE invoice_id = '${paid}'`;
  type Tampering = [what: string, change: () => string, back: () => string];
  const tamperings: Tampering[] = [
    [
      "lines do not add up",
      () =>
        `UPDATE invoice_line SET unit_amount = unit_amount + 1, amount = amount + 2 ${ofPaid()}`,
      () =>
        `UPDATE invoice_line SET unit_amount = unit_amount - 1, amount = amount - 2 ${ofPaid()}`,
    ],
    [
      "was paid is not what its ledger says",
      () => `UPDATE ledger_entry SET amount = -11999 ${ofPaid()} AND kind = 'payment'`,
      () => `UPDATE ledger_entry SET amount = -12000 ${ofPaid()} AND kind = 'payment'`,
    ],
    [
      "does not charge its total once",
      () => `UPDATE ledger_entry SET amount = 12001 ${ofPaid()} AND kind = 'charge'`,
      () => `UPDATE ledger_entry SET amount = 12000 ${ofPaid()} AND kind = 'charge'`,
    ],
    [
      "numbers are not 1 to n",
      () => `UPDATE invoice SET seq = 9 ${where()}`,
      () => `UPDATE invoice SET seq = 3 ${where()}`,
    ],
  ];
  test.each(tamperings)("finds that %s", async (what, change, back) => {
    const { status, output } = await tampered(change(), back(), "ledger:verify");
    expect(output).toContain(what);
    expect(output).toMatch(new RegExp(`^tenant ${tenantB}: 1 invoices, all sound$`, "m"));
    expect(status).toBe(1);
  });
});

describe("audit:verify", () => {
  const event = `tenant_id = '${tenantA}' AND seq = 3`;
  const count = `(SELECT max(seq) FROM event WHERE tenant_id = '${tenantA}')`;

  test("finds an event that was changed, whatever was changed in it", async () => {
    for (const column of ["actor_sub", "request_id", "type"]) {
      const { status, output } = await tampered(
        `UPDATE event SET ${column} = ${column} || 'x' WHERE ${event}`,
        `UPDATE event SET ${column} = left(${column}, -1) WHERE ${event}`,
        "audit:verify",
      );
      expect([status, output]).toEqual([1, expect.stringMatching(/event 3 .*was changed/)]);
    }
  });

  test("finds an event that is missing, in the middle or at the end", async () => {
    const away = "SET tenant_id = '01920000-0000-7000-8000-0000000000ff'";
    const back = `UPDATE event SET tenant_id = '${tenantA}' WHERE tenant_id::text LIKE '%ff'`;
    const middle = await tampered(`UPDATE event ${away} WHERE ${event}`, back, "audit:verify");
    const end = `UPDATE event ${away} WHERE tenant_id = '${tenantA}' AND seq = ${count}`;
    const tail = await tampered(end, back, "audit:verify");

    expect([middle.status, middle.output]).toEqual([
      1,
      expect.stringContaining("event 3 is missing"),
    ]);
    expect([tail.status, tail.output]).toEqual([
      1,
      expect.stringMatching(/events \d+ to \d+ are missing/),
    ]);
  });
});

test("an unknown command says which there are", async () => {
  const { status, output } = await run("ledger:cook");
  expect([status, output]).toEqual([2, expect.stringContaining("audit:verify")]);
});

test("which tenants there are is for the owner alone to see", async () => {
  const all = "SELECT DISTINCT tenant_id FROM counter";
  expect(await query(billing.database.appUrl, all)).toEqual([]);
  expect(await query(billing.database.ownerUrl, all)).not.toEqual([]);
  expect(await query(billing.database.ownerUrl, "SELECT * FROM invoice")).toEqual([]);
});

test("a database that is away is named as such, without a stack", async () => {
  const { status, output } = await run("ledger:verify", (url) => {
    url.hostname = "nowhere.invalid";
  });
  expect(output).toBe("The database cannot be reached or is too busy\n");
  expect(status).toBe(2);
});
