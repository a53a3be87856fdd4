import { problem } from "../problems.ts";

/** A request's target that can be read in one way only. */
export type Target = {
  /** As it came and as it will be forwarded: the policy and the upstream see the same bytes. */
  readonly path: string;
  /** With its question mark; empty when there is none. */
  readonly query: string;
};

const maxLength = 8_192;
// RFC 3986 section 3.3 without ";", whose meaning servers do not agree on.
const plainPath = /^(?:\/[\w.~!$&'()*+,=:@%-]*)+$/;
/** No policy reads a query, so it may have what browsers leave as it is (WHATWG URL section 1.3). */
const plainQuery = /^\?[\w.~!$&'()*+,;=:@%/?[\]{}|^`-]*$/;
/** `%` must open an octet; one of an unreserved character, of `/`, `\`, `;`, `%` or a control is two-faced. */
const brokenOctet = /%(?![0-9a-f]{2})/i;
const ambiguousOctet =
  /%(?:[01][0-9a-f]|7f|2[def]|25(?=[0-9a-f]{2})|5[cf]|3b|3[0-9]|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9ae])/i;
/** What some servers trim away, so that `..%20` is a parent to them. */
const unseen = /[\s\p{Default_Ignorable_Code_Point}]/gu;
const dotSegment = /\/\.{1,2}(?:\/|$)/;

/**
 * Reads the target of an origin-form request (RFC 9112 section 3.2.1). Whatever two servers could
 * read differently is refused, not repaired: CVE-2019-9901, CVE-2023-27487, GHSA-p224-6x5r-fjpm.
 */
export function readTarget(raw: string): Target {
  if (!raw.startsWith("/")) throw notAccepted("It must be a path that starts with /");
  if (raw.length > maxLength) throw notAccepted(`It is longer than ${maxLength} characters`);
  const mark = raw.indexOf("?");
  const path = mark < 0 ? raw : raw.slice(0, mark);
  const query = mark < 0 ? "" : raw.slice(mark);

  if (path.includes("//")) throw ambiguous("It has an empty segment (//)");
  if (!plainPath.test(path)) throw ambiguous("It has a character that must be percent-encoded");
  if (path.includes("%")) checkOctets(path);
  if (path.includes("/.") && dotSegment.test(path)) throw ambiguous("It has a dot segment");
  if (query !== "" && (!plainQuery.test(query) || brokenOctet.test(query))) {
    throw notAccepted("Its query has a character that must be percent-encoded");
  }
  return { path, query };
}

function checkOctets(path: string): void {
  if (brokenOctet.test(path)) throw ambiguous("It has a % that begins no octet");
  if (ambiguousOctet.test(path)) throw ambiguous("It encodes a character that must not be encoded");
  checkText(path);
}

/**
 * Octets above ASCII must be text, and text that nobody folds into a separator: overlong forms
 * (`%C0%AE`) and full-width ones (`%EF%BC%8E`) are dots to some servers.
 */
function checkText(path: string): void {
  const text = decoded(path);
  if (text === undefined) throw ambiguous("Its octets are not UTF-8");
  if (/[\u0080-\u009f\u2028\u2029]/.test(text)) throw ambiguous("It encodes a control character");
  const folded = text.normalize("NFKC");
  if (separators(folded) !== separators(text) || dotSegment.test(folded.replace(unseen, ""))) {
    throw ambiguous("It has a character that is read as a separator once it is folded");
  }
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function separators(text: string): number {
  return text.match(/[/\\;?#%]/g)?.length ?? 0;
}

function ambiguous(detail: string) {
  return problem("target_ambiguous", { detail });
}

function notAccepted(detail: string) {
  return problem("target_not_accepted", { detail });
}
