import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";

export const key = "dGhlIHNhbXBsZSBub25jZQ==";

/** An opening handshake (RFC 6455 section 4.1), as bytes; changes replace or leave out headers. */
export function handshake(
  changes: Record<string, string | undefined> = {},
  start = "GET /open HTTP/1.1",
): string {
  const headers: Record<string, string | undefined> = {
    Host: "a",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": key,
    ...changes,
  };
  const lines = Object.entries(headers).filter(([, value]) => value !== undefined);
  return `${[start, ...lines.map(([name, value]) => `${name}: ${value}`)].join("\r\n")}\r\n\r\n`;
}

export function acceptOf({ headers }: IncomingMessage): string {
  return createHash("sha1")
    .update(`${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
}

/** A server's answer that agrees (section 4.2.2), with more headers if need be. */
export function switchingTo(request: IncomingMessage, more = ""): string {
  return [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptOf(request)}`,
    `${more}\r\n`,
  ].join("\r\n");
}
