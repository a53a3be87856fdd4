import {
  createServer,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "./config.ts";

export type Listening = AsyncDisposable & {
  readonly port: number;
  readonly server: Server;
  /** Answers a request as those are answered that come in; for what Node reports elsewhere. */
  readonly answer: RequestListener;
  readonly isDraining: boolean;
};

export type ServeOptions = {
  port: number;
  /** The variable that sets the port: a port that is taken is a fault of the configuration. */
  variable: string;
  host?: string | undefined;
  /** How long requests in flight may take once draining began. */
  drainMs?: number | undefined;
  /** How much of that time new connections are still taken, for whoever has not heard of the end. */
  noticeMs?: number | undefined;
  server?: ServerOptions | undefined;
};

/**
 * Listens, and on disposal drains: every answer from then on ends its connection; after the notice
 * no new connection is taken and idle ones are closed; the rest is cut at the deadline.
 */
export async function serve(handler: RequestListener, options: ServeOptions): Promise<Listening> {
  const sockets = new Set<Connection>();
  const pipelined = new Set<ServerResponse>();
  let isDraining = false;

  const answer: RequestListener = (request, response) => {
    if (isDraining) response.setHeader("connection", "close");
    else if (response.socket === null) remember(response);
    handler(request, response);
  };
  /** Behind an answer that is due first: it is on no socket yet. */
  function remember(response: ServerResponse): void {
    pipelined.add(response);
    response.once("close", () => pipelined.delete(response));
  }

  const server = createServer({ ...serverLimits, ...options.server }, answer);
  server.on("connection", (socket: Connection) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await listen(server, options);

  async function drain(): Promise<void> {
    const { drainMs = 25_000, noticeMs = 0 } = options;
    isDraining = true;
    for (const response of lastOfEach(sockets, pipelined)) {
      if (!response.headersSent) response.setHeader("connection", "close");
    }
    // Also what was upgraded, which the server itself no longer counts as its own.
    const cut = setTimeout(() => sockets.forEach((each) => void each.destroy()), drainMs);
    if (noticeMs > 0) await sleep(Math.min(noticeMs, drainMs));
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const closedAt = performance.now();
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      if (performance.now() - closedAt < silenceMs) return;
      // Opened ahead and never used: to Node they are no idle ones, for their first request is due.
      for (const each of sockets) if (each.bytesRead === 0) each.destroy();
    }, 20);
    await closed;
    clearInterval(sweep);
    clearTimeout(cut);
  }

  return {
    server,
    port: (server.address() as AddressInfo).port,
    answer,
    get isDraining() {
      return isDraining;
    },
    [Symbol.asyncDispose]: drain,
  };
}

/** Node keeps the answer that is being made on its socket: a list of our own costs every request. */
type Connection = Socket & { readonly _httpMessage?: ServerResponse | null };

/** What says that a connection ends loses the answers that are due behind it: so the last one does. */
function lastOfEach(
  sockets: Iterable<Connection>,
  pipelined: Iterable<ServerResponse>,
): Iterable<ServerResponse> {
  const last = new Map<Socket, ServerResponse>();
  for (const socket of sockets) if (socket._httpMessage) last.set(socket, socket._httpMessage);
  for (const response of pipelined) last.set(response.req.socket, response);
  return last.values();
}

/** How long a connection that was taken last may need to bring its request. */
const silenceMs = 250;

/** Slow and oversized requests are cut by Node itself, before a service sees them. */
const serverLimits: ServerOptions = {
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2_000, // every thirty seconds, as is the default, ten would be forty
  requestTimeout: 60_000,
  keepAliveTimeout: 65_000, // longer than a pooled client keeps a connection idle
  maxHeaderSize: 16_384,
};

function listen(server: Server, { port, host, variable }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE" && error.code !== "EACCES") return reject(error);
      const reason = error.code === "EACCES" ? "needs more rights than we have" : "is taken";
      reject(new ConfigError([`port ${port} ${reason}: set ${variable} to a free one`]));
    });
    server.listen({ port, host }, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}
