import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { startServer } from "@tollgate/shared/testing/start-server";
import { type ClientOptions, WebSocket, WebSocketServer } from "ws";
import { recordingUpstream } from "./upstream.ts";

export type WebSocketUpstream = Awaited<ReturnType<typeof websocketUpstream>>;

type Serve = (socket: WebSocket, request: IncomingMessage) => void;

const echo: Serve = (socket) =>
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));

/** A service with WebSockets, which remembers its handshakes; it echoes unless told otherwise. */
export async function websocketUpstream(serve: Serve = echo) {
  const http = await recordingUpstream();
  const handshakes: IncomingMessage[] = [];
  const sockets: WebSocket[] = [];
  const server = new WebSocketServer({ server: http.server, perMessageDeflate: true });
  server.on("connection", (socket, request) => {
    handshakes.push(request);
    sockets.push(socket);
    socket.on("error", () => {});
    serve(socket, request);
  });
  return {
    ...http,
    handshakes,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const each of sockets) each.terminate();
      server.close();
      await http[Symbol.asyncDispose]();
    },
  };
}

/** What a server says to an upgrade, byte for byte, instead of what it should. */
export async function rawUpgradeUpstream(answer: (request: IncomingMessage) => string | Buffer) {
  const requests: IncomingMessage[] = [];
  const closed: Promise<unknown>[] = [];
  const server = await startServer((_request, response) => response.end("plain"));
  server.server.on("upgrade", (request, socket) => {
    requests.push(request);
    closed.push(once(socket, "close"));
    socket
      .on("error", () => {})
      .on("end", () => socket.end())
      .resume();
    socket.write(answer(request));
  });
  return { ...server, requests, closed };
}

/** A client's WebSocket, and what became of its handshake. */
export async function dial(url: string, options: ClientOptions = {}) {
  const socket = new WebSocket(url.replace(/^http/, "ws"), options);
  const messages: string[] = [];
  socket.on("message", (data) => messages.push(String(data)));
  socket.on("error", () => {});
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once("close", (code, reason) => resolve({ code, reason: String(reason) })),
  );
  const outcome = await new Promise<{ status: number; head: string; body: string }>((resolve) => {
    socket.once("open", () => resolve({ status: 101, head: "", body: "" }));
    socket.once("error", (error) => resolve({ status: 0, head: String(error), body: "" }));
    socket.once("unexpected-response", async (_request, response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      const head = JSON.stringify(response.headers);
      resolve({ status: response.statusCode ?? 0, head, body });
    });
  });
  return {
    ...outcome,
    socket,
    messages,
    closed,
    async ask(text: string) {
      socket.send(text);
      await once(socket, "message");
      return messages.at(-1);
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
}
