import type { ServerResponse } from "node:http";

/**
 * RFC 9110 section 15.2: a proxy passes interim answers on, but not to HTTP/1.0. Of 103 the links
 * alone: nothing else in it is of use before the answer. 100 is the gateway's own to say.
 */
export function passOnInformation(
  res: ServerResponse,
  status: number,
  raw: readonly (Buffer | string)[],
): void {
  if (res.req.httpVersionMinor === 0 || res.headersSent) return;
  if (status === 102) res.writeProcessing();
  if (status !== 103) return;
  const link: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    if (String(raw[index]).toLowerCase() !== "link") continue;
    link.push(...String(raw[index + 1]).split(/,[ \t]*(?=<)/));
  }
  if (link.length > 0 && link.every((each) => plainLink.test(each))) res.writeEarlyHints({ link });
}

/** RFC 8288 section 3, as far as Node accepts it: it throws at anything else. */
const plainLink = /^<[\x21-\x3b\x3d\x3f-\x7e]{1,2000}>(?:; ?[a-z-]+=(?:"[\w/.:-]*"|[\w/.:-]+))+$/i;
