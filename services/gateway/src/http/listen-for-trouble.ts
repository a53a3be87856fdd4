import type { RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Problem, problemBody, problemType } from "@tollgate/shared/problem";
import { problem } from "../problems.ts";
import { condemn, isCondemned } from "./condemned.ts";
import { endAll } from "./end-together.ts";

export type OnRefusal = (problem: Problem, peer: string | undefined) => void;

/**
 * What Node would answer by itself, or with a bare status line, goes our way: expectations reach
 * the app, and what its parser refuses gets a problem as well. A request before it that has its
 * answer gets that first, lest it be lost with the connection.
 */
export function listenForTrouble(server: Server, app: RequestListener, onRefusal: OnRefusal): void {
  server.on("checkContinue", app);
  server.on("checkExpectation", app);
  server.on("connect", (_request, socket) => {
    endAll();
    // Pipelined behind a request that is still owed its answer: ours would be taken for that one.
    if (owedAnswer(socket) !== undefined) return void socket.destroy();
    refuse(socket, problem("method_not_allowed"), onRefusal);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    endAll();
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    const owed = owedAnswer(socket);
    if (owed === undefined || isOwnFault(owed)) refuse(socket, problemOf(error), onRefusal);
    // A refusal written into an answer would be read as a part of it.
    else if (owed.headersSent && !owed.writableEnded) socket.resetAndDestroy();
    else endAfter(owed, socket, () => onRefusal(problemOf(error), socket.remoteAddress));
  });
}

/** Node keeps the answer whose turn it is on its socket, and looks there for it as well. */
function owedAnswer(
  socket: Duplex & { _httpMessage?: ServerResponse | null },
): ServerResponse | undefined {
  return socket._httpMessage ?? undefined;
}

/** It is the request's own body that is malformed, and nothing of its answer is written yet. */
function isOwnFault({ req, headersSent }: ServerResponse): boolean {
  return !req.complete && !headersSent;
}

/**
 * What is malformed came behind a whole request whose answer is due first (RFC 9112 section 9.3.2):
 * a refusal would be taken for that one. It gets its own answer, which says that it is the last.
 */
function endAfter(owed: ServerResponse, socket: Socket, report: () => void): void {
  if (isCondemned(socket)) return;
  condemn(socket);
  owed.shouldKeepAlive = false;
  owed.once("finish", () => socket.destroySoon());
  report();
}

function problemOf({ code }: NodeJS.ErrnoException): Problem {
  if (code === "HPE_HEADER_OVERFLOW") return problem("headers_too_large");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return problem("request_too_slow");
  return problem("request_malformed");
}

function refuse(
  socket: Duplex & { remoteAddress?: string | undefined },
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
