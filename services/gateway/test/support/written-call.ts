import type { JWTPayload } from "jose";
import { parse } from "yaml";

const notation =
  /^(?<method>[A-Z]+) +(?<path>\S+) *(?<headers>(?:\[[^\]]+\] *)*)(?<claims>\{.*\})? *→ (?<status>\d{3})(?: (?!sends )(?<code>[a-z_]+))?(?: sends (?<name>[\w-]+):(?<value>.*))?$/;

/**
 * Reads a call as docs/gateway.md writes it: method, path, `[Name: value]` headers and the token's
 * `{claims}`; behind the arrow the status, the refusal's code, and a header that the upstream gets.
 */
export function readCall(line: string) {
  const { groups: part = {} } = notation.exec(line) ?? {};
  if (part.method === undefined) throw new Error(`not a call: ${line}`);
  const headers = [...(part.headers ?? "").matchAll(/\[([\w-]+): ([^\]]+)\]/g)];
  return {
    line,
    method: part.method,
    path: part.path ?? "",
    headers: headers.map(([, name = "", value = ""]) => `${name}: ${value}`),
    claims: part.claims === undefined ? undefined : (parse(part.claims) as JWTPayload),
    status: Number(part.status),
    code: part.code,
    sends: part.name === undefined ? undefined : { name: part.name, value: part.value?.trim() },
  };
}
