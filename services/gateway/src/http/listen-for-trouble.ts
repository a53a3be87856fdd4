import type { RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Problem, problemBody, problemType } from "@tollgate/shared/problem";
import { problem } from "../problems.ts";
import { endAll } from "./end-together.ts";

export type OnRefusal = (problem: Problem, peer: string | undefined) => void;

/**
 * What Node would answer by itself, or with a bare status line, goes our way: expectations reach
 * the app, and what its parser refuses gets a problem as well.
 */
export function listenForTrouble(server: Server, app: RequestListener, onRefusal: OnRefusal): void {
  server.on("checkContinue", app);
  server.on("checkExpectation", app);
  server.on("connect", (_request, socket) => {
    // Pipelined behind a request that is still owed its answer: ours would be taken for that one.
    if (isBusy(socket)) return void socket.destroy();
    refuse(socket, problem("method_not_allowed"), onRefusal);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    endAll(); // the request before this trouble has its answer: it must not be lost with the rest
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    // A refusal written into an answer would be read as a part of it.
    if (isAnswering(socket)) return void (socket as Socket).resetAndDestroy();
    refuse(socket, problemOf(error), onRefusal);
  });
}

function isBusy(socket: Duplex & { _httpMessage?: ServerResponse | null }): boolean {
  return Boolean(socket._httpMessage);
}

/** Node keeps the answer that is being written on its socket, and looks there for this as well. */
function isAnswering(socket: Duplex & { _httpMessage?: ServerResponse | null }): boolean {
  return socket._httpMessage?.headersSent ?? false;
}

function problemOf({ code }: NodeJS.ErrnoException): Problem {
  if (code === "HPE_HEADER_OVERFLOW") return problem("headers_too_large");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return problem("request_too_slow");
  return problem("request_malformed");
}

function refuse(
  socket: Duplex & { remoteAddress?: string },
  refusal: Problem,
  onRefusal: OnRefusal,
) {
  // Node has taken its own listener off: a client that resets now would end the process.
  socket.on("error", () => socket.destroy());
  onRefusal(refusal, socket.remoteAddress);
  const body = JSON.stringify(problemBody(refusal, { instance: "", requestId: "" }));
  const head = [
    `HTTP/1.1 ${refusal.status} ${refusal.title}`,
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "cache-control: no-store",
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
