import type { Readable } from "node:stream";
import { CommandError } from "./call-control.ts";

const longest = 4_096;

/** The first line of what is piped in. A terminal would show it, and is not asked. */
export async function readSecret(input: Readable & { isTTY?: boolean }): Promise<string> {
  if (input.isTTY) {
    throw new CommandError('pipe it in: read -rs P; printf %s "$P" | docker compose exec -T …');
  }
  let text = "";
  for await (const chunk of input.setEncoding("utf8")) {
    text += chunk;
    if (text.length > longest || text.includes("\n")) break;
  }
  const line = text.split(/\r?\n/, 1)[0] ?? "";
  if (line === "") throw new CommandError("there is nothing on standard input");
  return line;
}
