import { problem } from "../problems.ts";

export function etagOf(version: number): string {
  return `"${version}"`;
}

type Precondition = { anything: boolean; tags: readonly string[] };

// RFC 9110 section 8.8.3: an opaque tag may hold anything but quotes and controls.
const tagList = /^\s*(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*\s*$/;

/**
 * Reads an If-Match (RFC 9110 section 13.1.1) once and judges versions by it: 428 without one, 412
 * when it names another version. Weak tags never match strongly. `*` is refused where money moves.
 */
export function readIfMatch(header: string, kind: "version" | "any"): (version: number) => void {
  const precondition = parse(header, kind);
  return function requireVersion(version) {
    if (precondition === undefined) throw problem("if_match_missing");
    if (precondition.anything || precondition.tags.includes(etagOf(version))) return;
    throw problem("version_mismatch", { detail: "Read it again and repeat what still applies" });
  };
}

function parse(header: string, kind: "version" | "any"): Precondition | undefined {
  const value = header.trim();
  if (value === "") return undefined;
  if (value === "*" && kind === "any") return { anything: true, tags: [] };
  if (value === "*") {
    const detail = "This call needs the version that was seen; * is not enough";
    throw problem("if_match_malformed", { detail });
  }
  if (!tagList.test(value)) throw problem("if_match_malformed");
  return { anything: false, tags: value.match(/(?:W\/)?"[^"]*"/g) ?? [] };
}

/** RFC 9110 section 13.1.2: If-None-Match compares weakly. */
export function isNotModified(ifNoneMatch: string, etag: string | undefined): boolean {
  if (etag === undefined || ifNoneMatch === "") return false;
  if (ifNoneMatch.trim() === "*") return true;
  const tags: readonly string[] = ifNoneMatch.match(/"[^"]*"/g) ?? [];
  return tags.includes(etag);
}
