import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Dispatcher, Pool } from "undici";
import { maxSockets, settings } from "./settings.ts";

/**
 * The floor: the least that Node can do between a request and an upstream. It streams both ways
 * with backpressure, drops hop-by-hop headers and propagates aborts; it checks and decides nothing.
 */
const pool = new Pool(settings.upstream, { connections: maxSockets, pipelining: 1 });
const hopByHop = new Set(["connection", "keep-alive", "transfer-encoding", "te", "upgrade"]);
const isHopByHop = new Map<string, boolean>();

createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  pool.dispatch(
    {
      path: request.url ?? "/",
      method: (request.method ?? "GET") as Dispatcher.HttpMethod,
      headers: endToEnd(request.rawHeaders),
      body: hasBody(request) ? request : null,
    },
    new Answer(response),
  );
}).listen(settings.port, "127.0.0.1");

class Answer implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  #left = Number.NaN;
  #isDone = false;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#response.once("close", () => {
      if (!this.#isDone) controller.abort(new Error("the client left"));
    });
  }

  onResponseStart({ rawHeaders }: Dispatcher.DispatchController, status: number): void {
    const headers = endToEnd((rawHeaders as Buffer[]).map(latin1));
    const at = headers.findIndex((name) => name.length === 14 && /^content-length$/i.test(name));
    if (at >= 0) this.#left = Number(headers[at + 1]);
    this.#response.writeHead(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#left -= chunk.length;
    if (this.#left === 0) {
      this.#isDone = true;
      this.#response.end(chunk);
    } else if (!this.#response.write(chunk)) {
      controller.pause();
      this.#response.once("drain", () => controller.resume());
    }
  }

  onResponseEnd(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#response.end();
  }

  onResponseError(): void {
    this.#isDone = true;
    if (this.#response.headersSent) this.#response.destroy();
    else this.#response.writeHead(502).end();
  }
}

function endToEnd(rawHeaders: readonly string[]): string[] {
  const headers: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (!staysBehind(name)) headers.push(name, rawHeaders[index + 1] as string);
  }
  return headers;
}

function staysBehind(name: string): boolean {
  const known = isHopByHop.get(name);
  if (known !== undefined) return known;
  const verdict = hopByHop.has(name.toLowerCase());
  isHopByHop.set(name, verdict);
  return verdict;
}

function latin1(bytes: Buffer): string {
  return bytes.toString("latin1");
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
}
