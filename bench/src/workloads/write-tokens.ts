import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Issuer } from "../machine/issuer.ts";
import type { TokenFiles } from "./workload.ts";

/** Tokens of 2,000 clients, and one whose signature is nobody's. */
export async function writeTokens(issuer: Issuer, folder: string): Promise<TokenFiles> {
  const many: string[] = [];
  for (let client = 0; client < 2_000; client += 1) {
    const id = `svc-bench-${client}`;
    many.push(await issuer.mint({ sub: id, client_id: id }));
  }
  const write = (name: string, tokens: string[]) => {
    const file = join(folder, `${name}.tokens`);
    writeFileSync(file, `${tokens.join("\n")}\n`);
    return file;
  };
  return {
    one: write("one", [await issuer.mint()]),
    many: write("many", many),
    forged: write("forged", [await issuer.mint({ jti: "forged" })]),
  };
}
