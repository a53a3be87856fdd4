import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError } from "./config.ts";

export type Listening = AsyncDisposable & { readonly port: number; readonly server: Server };

export type ServeOptions = {
  port: number;
  /** The variable that sets the port: a port that is taken is a fault of the configuration. */
  variable: string;
  host?: string | undefined;
  /** How long requests in flight may take once draining began. */
  drainMs?: number | undefined;
  server?: ServerOptions | undefined;
};

/**
 * Listens, and on disposal drains: no new connection, what is in flight finishes, idle
 * connections are closed as they become so, the rest is cut at the deadline.
 */
export async function serve(handler: RequestListener, options: ServeOptions): Promise<Listening> {
  const server = createServer({ ...serverLimits, ...options.server }, handler);
  await listen(server, options);
  return {
    server,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => drain(server, options.drainMs ?? 25_000),
  };
}

/** Slow and oversized requests are cut by Node itself, before a service sees them. */
const serverLimits: ServerOptions = {
  headersTimeout: 10_000,
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

async function drain(server: Server, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const sweep = setInterval(() => server.closeIdleConnections(), 20);
  const cut = setTimeout(() => server.closeAllConnections(), deadlineMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
