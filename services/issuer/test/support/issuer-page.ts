import { readFileSync } from "node:fs";
import { parse } from "yaml";

const root = new URL("../../../../", import.meta.url);

export const readFromRoot = (path: string): string => readFileSync(new URL(path, root), "utf8");

/** docs/issuer.md in pieces that tests can hold against the issuer. */
export function readIssuerPage() {
  const text = readFromRoot("docs/issuer.md");
  const examples = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = ""]) => yaml);
  const endpoints = [...text.matchAll(/^\| `(GET|POST) (\/\S+)` \|/gm)].map(
    ([, method = "", path = ""]) => ({ method, path }),
  );
  const promises = [...text.matchAll(/^\| [^|`]+ \| `(\S+)`: (.+) \|$/gm)].map(
    ([, file = "", name = ""]) => ({ file, name }),
  );
  return { text, examples, endpoints, promises, defaults: defaultsIn(text) };
}

/** The rows of the tables under each `## key`: `clients` has `access.exchange`, whose default is false. */
function defaultsIn(text: string): Map<string, unknown> {
  const rows = new Map<string, unknown>();
  for (const [, section = "", body = ""] of text.matchAll(/^## `(\w+)`$(.*?)(?=^## )/gms)) {
    for (const [, key = "", cell = ""] of body.matchAll(/^\| `([a-z0-9_.]+)` \| (.*?) ?\|/gm)) {
      rows.set(`${section}.${key}`, cell === "" ? undefined : parse(cell.replaceAll("`", "")));
    }
  }
  return rows;
}
