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
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    throw new CommandError("the declaration is not JSON");
  }
}

export function missing(what: string): never {
  throw new CommandError(`${what} is missing`);
}
