import { expect, test } from "@jest/globals";
import { recordingLog } from "@tollgate/shared/testing/lines";
import type { TimedRecord } from "../../src/audit/audit-event.ts";
import { createAuditTrail } from "../../src/audit/audit-trail.ts";

function open(fail: (rows: readonly TimedRecord[]) => Error | undefined = () => undefined) {
  const { log, lines } = recordingLog();
  const batches: string[][] = [];
  const insert = async (rows: readonly TimedRecord[]) => {
    const error = fail(rows);
    if (error) throw error;
    batches.push(rows.map(({ record }) => String(record.jti)));
  };
  const trail = createAuditTrail({ insert, log, now: () => 0 });
  const record = (jti: string) => trail.record(log, { event: "token_issued", jti });
  return { trail, record, batches, lines };
}

const refusal = Object.assign(new Error("invalid input"), { code: "22P05" });
const outage = Object.assign(new Error("no connection"), { code: "08006" });

test("what happens within a moment is written together and in order", async () => {
  const { trail, record, batches, lines } = open();
  for (const jti of ["a", "b", "c"]) record(jti);
  expect(lines.map(({ jti }) => jti)).toEqual(["a", "b", "c"]);
  await trail.written();
  expect(batches).toEqual([["a", "b", "c"]]);
});

test("a trail that is closed writes what it holds first", async () => {
  const { trail, record, batches } = open();
  record("a");
  await trail[Symbol.asyncDispose]();
  expect(batches).toEqual([["a"]]);
});

test("a row that the table does not take is left to the log, and holds up no other", async () => {
  const isBad = ({ record }: TimedRecord) => record.jti === "bad";
  const { trail, record, batches, lines } = open((rows) =>
    rows.some(isBad) ? refusal : undefined,
  );
  for (const jti of ["a", "b", "bad", "c", "d"]) record(jti);
  await trail.written();
  expect(batches.flat()).toEqual(["a", "b", "c", "d"]);
  expect(lines.filter(({ event }) => event === "audit_row_refused")).toHaveLength(1);
});

test("an outage holds rows back, once said, until there are too many: then no token without a trace", async () => {
  let down = true;
  const { trail, record, batches, lines } = open(() => (down ? outage : undefined));
  for (let each = 0; each < 9_999; each += 1) record(String(each));
  trail.demandRoom();
  record("last");
  expect(() => trail.demandRoom()).toThrow(expect.objectContaining({ status: 503 }));
  record("in the log alone");
  down = false;
  await trail.written();
  expect(batches.flat()).toHaveLength(10_000);
  expect(batches.flat().at(-1)).toBe("last");
  trail.demandRoom();
  expect(lines.filter(({ event }) => event === "audit_delayed").length).toBeLessThanOrEqual(1);
});

test("rows that are lost at the end are counted aloud", async () => {
  const { trail, record, lines } = open(() => outage);
  record("a");
  await trail[Symbol.asyncDispose]();
  expect(lines.at(-1)).toMatchObject({ event: "audit_rows_lost", rows: 1 });
});
