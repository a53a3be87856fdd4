import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** One example of docs/gateway.md, with the calls that are written below it. */
export type Example = { heading: string; yaml: string; calls: string[] };

/** docs/gateway.md in pieces that tests can hold against the gateway. */
export function readGatewayPage() {
  const text = readFileSync(new URL("../../../../docs/gateway.md", import.meta.url), "utf8");
  return { text, examples: examplesIn(text), defaults: defaultsIn(text), namesIn: namesOf(text) };
}

function examplesIn(text: string): Example[] {
  const examples: Example[] = [];
  let heading = "";
  for (const [, title, kind, body = ""] of text.matchAll(
    /^##+ ([^\n]+)$|^```(\w+)\n(.*?)^```$/gms,
  )) {
    if (title !== undefined) heading = title.replaceAll("`", "");
    if (kind === "yaml") examples.push({ heading, yaml: body, calls: [] });
    if (kind === "answers") examples.at(-1)?.calls.push(...body.trim().split("\n"));
  }
  return examples;
}

/** The rows of the tables under each `## key`: `issuers` has `jwks.fresh`, whose default is "10m". */
function defaultsIn(text: string): Map<string, unknown> {
  const rows = new Map<string, unknown>();
  for (const [section = "", ...rest] of text.split(/^## `/m).map((each) => each.split("`"))) {
    const body = rest.join("`");
    for (const [, key = "", cell = ""] of body.matchAll(/^\| `([a-z_.]+)` \| (.*?) ?\|/gm)) {
      const path = key === section ? key : `${section}.${key}`;
      rows.set(path, cell === "" ? undefined : parse(cell.replaceAll("`", "")));
    }
  }
  return rows;
}

function namesOf(text: string) {
  return (kind: string): string[] =>
    new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\`$`, "ms").exec(text)?.[1]?.trim().split(/\s+/) ?? [];
}
