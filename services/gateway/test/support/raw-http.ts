import { connect, type Socket } from "node:net";

export type RawAnswer = { status: number; head: string; body: string; text: string };

/** Sends bytes as they are and returns all that came back until the server closed or went quiet. */
export async function sendRaw(port: number, request: string): Promise<RawAnswer> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.write(request, "latin1");
  let text = "";
  try {
    for await (const chunk of socket.setTimeout(3_000, () => socket.destroy())) {
      text += chunk.toString("latin1");
      if (isWhole(text)) break;
    }
  } catch {
    // A reset: what came before it is the answer.
  }
  socket.destroy();
  return parse(text);
}

/** What a socket got until it was closed. */
export async function everything(socket: Socket): Promise<string> {
  let text = "";
  try {
    for await (const chunk of socket) text += chunk.toString("latin1");
  } catch {
    // A reset: what came before it is all.
  }
  return text;
}

function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  if (/^HTTP\/1.1 1\d\d/.test(text)) return isWhole(text.slice(end + 4));
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1];
  return length !== undefined && text.length >= end + 4 + Number(length);
}

function parse(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const head = end < 0 ? text : text.slice(0, end);
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0);
  return { status, head, body: end < 0 ? "" : text.slice(end + 4), text };
}
