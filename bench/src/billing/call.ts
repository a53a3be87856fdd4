import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A request that the load sends; each POST gets an Idempotency-Key of its own. */
export type Call = {
  method: "GET" | "POST";
  /** As billing knows it, without the gateway's prefix. */
  path: string;
  token: string;
  ifMatch?: string;
  body?: object;
};

/** Writes the file that `lua/calls.lua` reads: a call a line. */
export function writeCalls(folder: string, prefix: string, calls: readonly Call[]): string {
  const file = join(folder, "calls.tsv");
  const lines = calls.map(({ method, path, token, ifMatch = "", body }) => {
    const text = body === undefined ? "" : JSON.stringify(body);
    return [method, prefix + path, token, ifMatch, text].join("\t");
  });
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}
