import { CommandError } from "./call-control.ts";
import { showTable } from "./show-table.ts";

export function table(
  body: Record<string, unknown>,
  list: string,
  columns: readonly string[],
): string {
  return showTable(body[list] as Record<string, unknown>[], columns);
}

export function lines(body: Record<string, unknown>): string {
  return Object.entries(body)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

export function parse(json: string): Record<string, unknown> {
  try {
    const declared: unknown = JSON.parse(json);
    if (isObject(declared)) return declared;
  } catch {} // said below, and never with the parser's words, which repeat what may be a secret
  throw new CommandError(
    `the declaration is not JSON as in '{ "name": "value", "list": ["a", "b"] }'`,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function missing(what: string): never {
  throw new CommandError(`${what} is missing: tollgate help shows what belongs where`);
}
