import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Dispatcher } from "undici";
import type { Attempt } from "./attempt.ts";
import { originAt, serverName } from "./endpoint.ts";
import type { RequestBody } from "./request-body.ts";
import type { Outgoing } from "./send.ts";
import { forwardedTrailers } from "./trailers.ts";

/**
 * undici cannot send trailers: a request that announces some has a connection of its own. They are
 * rare; what matters is that they arrive.
 */
export function sendWithTrailers(
  attempt: Attempt,
  body: RequestBody,
  method: string,
  { path, headers, trailers, connectMs }: Outgoing,
): void {
  const { where, host } = attempt.endpoint;
  const { request } = where.url.protocol === "https:" ? https : http;
  const framing = ["transfer-encoding", "chunked", "trailer", trailers.join(", ")];
  const call = request(originAt(where), {
    path,
    method,
    headers: ["host", host, ...headers, ...framing, "connection", "close"],
    agent: false,
    ...serverName(where.url),
  });
  const controller = controllerOf(call);
  const fail = (error: Error) => {
    call.destroy();
    attempt.onResponseError(controller, error);
  };
  const late = setTimeout(() => fail(new Error("it took too long to connect")), connectMs);
  call.once("close", () => clearTimeout(late));
  call.on("error", fail);
  call.once("socket", (socket) => {
    socket.once(where.url.protocol === "https:" ? "secureConnect" : "connect", () => {
      clearTimeout(late);
      attempt.onRequestStart(controller);
      if (!call.destroyed) pour(body, call, fail);
    });
  });
  call.on("information", ({ statusCode, rawHeaders }) => {
    controller.rawHeaders = rawHeaders;
    attempt.onResponseStart(controller, statusCode);
  });
  call.once("response", (response) => receive(response, attempt, controller, fail));
}

/** As fast as the upstream takes it; the trailers are known when the last of it was read. */
function pour(body: RequestBody, call: ClientRequest, fail: (error: Error) => void): void {
  body.on("error", fail);
  body.on("data", (chunk) => {
    if (!call.write(chunk)) body.pause();
  });
  call.on("drain", () => body.resume());
  body.once("end", () => {
    call.addTrailers(forwardedTrailers(body.rawTrailers));
    call.end();
  });
  call.once("close", () => body.destroy());
}

function receive(
  response: IncomingMessage,
  attempt: Attempt,
  controller: TrailingController,
  fail: (error: Error) => void,
): void {
  controller.response = response;
  controller.rawHeaders = response.rawHeaders;
  response.on("error", fail);
  try {
    attempt.onResponseStart(controller, response.statusCode ?? 0, {}, response.statusMessage);
  } catch (error) {
    return void fail(error as Error);
  }
  response.on("data", (chunk) => attempt.onResponseData(controller, chunk));
  response.once("end", () => {
    controller.rawTrailers = response.rawTrailers;
    attempt.onResponseEnd(controller);
    controller.close();
  });
}

type TrailingController = Dispatcher.DispatchController & {
  response: IncomingMessage | undefined;
  close(): void;
};

function controllerOf(call: ClientRequest): TrailingController {
  return {
    response: undefined,
    get aborted() {
      return call.destroyed;
    },
    get paused() {
      return this.response?.isPaused() ?? false;
    },
    reason: null,
    abort: (reason) => void call.destroy(reason),
    pause() {
      this.response?.pause();
    },
    resume() {
      this.response?.resume();
    },
    close: () => void call.destroy(),
  };
}
