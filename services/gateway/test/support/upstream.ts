import type { IncomingMessage, ServerResponse } from "node:http";
import { startServer } from "@tollgate/shared/testing/start-server";

export type Received = {
  method: string;
  url: string;
  rawHeaders: string[];
  header: (name: string) => string | undefined;
  body: string;
};

export type RecordingUpstream = Awaited<ReturnType<typeof recordingUpstream>>;
type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A service that remembers every request it got, whole; it answers 200 "ok" unless told otherwise. */
export async function recordingUpstream(answer: Answer = (_req, res) => res.end("ok")) {
  const requests: Received[] = [];
  const server = await startServer(async (request, response) => {
    const body = await bodyOf(request);
    requests.push({
      method: request.method ?? "",
      url: request.url ?? "",
      rawHeaders: request.rawHeaders,
      header: (name) => one(request.headers[name.toLowerCase()]),
      body,
    });
    answer(request, response, body);
  });
  return {
    requests,
    url: server.url,
    port: server.port,
    server: server.server,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  try {
    for await (const chunk of request) body += chunk;
  } catch {
    // Cut off in mid-body: what came is what is remembered.
  }
  return body;
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(", ") : value;
}
