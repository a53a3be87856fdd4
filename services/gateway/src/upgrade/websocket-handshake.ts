import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** RFC 6455 section 4.1: sixteen bytes in base64. */
const plainKey = /^[\w+/]{21}[AQgw]==$/;

/**
 * Is this RFC 6455's opening handshake (section 4.2.1), and nothing beside it? Whatever else asks
 * for an upgrade is answered as if it had not, as RFC 9110 section 7.8 allows: of h2c came a tunnel
 * past authentication (Traefik CVE-2026-88008), and a body would be read as what follows the 101.
 */
export function isWebSocketHandshake({ method, httpVersion, headers }: IncomingMessage): boolean {
  return (
    method === "GET" &&
    httpVersion === "1.1" &&
    // Two Upgrade headers, or a choice of protocols, are joined by commas here.
    headers.upgrade?.toLowerCase() === "websocket" &&
    headers["sec-websocket-version"] === "13" &&
    plainKey.test(headers["sec-websocket-key"] ?? "") &&
    headers["content-length"] === undefined &&
    headers["transfer-encoding"] === undefined
  );
}

/**
 * What is wrong with an upstream's 101, if anything (section 4.2.2). Who cannot prove to have read
 * the key may be no WebSocket server at all, and gets no raw bytes from a client.
 */
export function faultOfAnswer(
  rawHeaders: readonly (Buffer | string)[],
  key: string | undefined,
): string | undefined {
  const said = { upgrade: [] as string[], "sec-websocket-accept": [] as string[] };
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]).toLowerCase();
    if (name in said) said[name as keyof typeof said].push(String(rawHeaders[index + 1]).trim());
  }
  const { upgrade, "sec-websocket-accept": accept } = said;
  if (upgrade.join().toLowerCase() !== "websocket") return "it did not switch to WebSocket";
  if (accept.join() !== acceptOf(key ?? "")) return "its Sec-WebSocket-Accept does not fit the key";
  return undefined;
}

const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}${guid}`).digest("base64");
}
