/** One proxy's element of a Forwarded header: what it knew of the request that it got. */
export type ForwardedElement = {
  readonly for?: string;
  readonly host?: string;
  readonly proto?: string;
};

const pair = /\s*([!#$%&'*+.^_`|~\w-]+)=([!#$%&'*+.^_`|~\w-]+|"(?:[^"\\]|\\.)*")\s*([;,]|$)/y;

/**
 * Reads a Forwarded header (RFC 7239 section 4), the client's side first. One fault and all of it is
 * unreadable: what comes behind an unbalanced quote would be the client's to choose.
 */
export function parseForwarded(text: string): ForwardedElement[] | undefined {
  const elements: ForwardedElement[] = [];
  let element: Record<string, string> = {};
  let at = 0;
  while (at < text.length) {
    pair.lastIndex = at;
    const found = pair.exec(text);
    if (found === null) return undefined;
    const [all, name = "", value = "", end = ""] = found;
    const lower = name.toLowerCase();
    if (Object.hasOwn(element, lower)) return undefined;
    element[lower] = unquoted(value);
    at += all.length;
    if (end === ";") continue;
    elements.push(element);
    element = {};
  }
  const endsOpen = /[;,]\s*$/.test(text);
  return endsOpen || elements.length === 0 ? undefined : elements;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
}
