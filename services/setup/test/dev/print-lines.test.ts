import { stripVTControlCharacters } from "node:util";
import { expect, test } from "@jest/globals";
import { createPrinter } from "../../src/dev/print-lines.ts";
import { parseLine } from "../../src/dev/processes/log-line.ts";

const time = new Date(2026, 0, 2, 13, 4, 5).toISOString();

function printed(...texts: (string | object)[]): string[] {
  const lines: string[] = [];
  const printer = createPrinter((line) => lines.push(stripVTControlCharacters(line)));
  printer.open();
  for (const text of texts) {
    printer.print(parseLine("billing", typeof text === "string" ? text : JSON.stringify(text)));
  }
  return lines;
}

test("a request is who asked, for what, and how it ended", () => {
  const answered = { level: "info", time, event: "request_answered", method: "GET" };

  expect(
    printed(
      { ...answered, route: "/v1/invoices", status: 200, client_id: "svc-demo", duration_ms: 8.5 },
      { ...answered, route: "/billing", status: 401, reason: "token_missing", duration_ms: 0.6 },
    ),
  ).toEqual([
    "13:04:05 billing  GET /v1/invoices 200 for svc-demo 8.5 ms",
    "13:04:05 billing  GET /billing 401 token_missing 0.6 ms",
  ]);
});

test("a warning is one line with its cause; an error has its place as well", () => {
  const err = { message: "out of ink", stack: "Error: out of ink\n    at print.ts:1" };

  expect(
    printed(
      { level: "warn", time, msg: "connection lost", err },
      { level: "error", time, msg: "it broke", err },
    ),
  ).toEqual([
    "13:04:05 billing  connection lost (out of ink)",
    "13:04:05 billing  it broke (out of ink)",
    err.stack,
  ]);
});

test.each(["not JSON", "[1]", "null", '"text"'])(
  "%s, which is no line of a log, is shown",
  (text) => {
    expect(printed(text)).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d billing {2}/)]);
    expect(printed(text)[0]).toContain(text);
  },
);

test("nothing is printed while all are still starting", () => {
  const lines: string[] = [];
  const printer = createPrinter((line) => lines.push(line));

  printer.print(parseLine("billing", "no keys fetched"));

  expect(lines).toEqual([]);
});
