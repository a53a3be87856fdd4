import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/** Stands between billing and PostgreSQL, and can be cut and restored, or freeze what is open. */
export async function startTcpProxy(target: { host: string; port: number }, port = 0) {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((inner) => {
    if (isCut) return inner.destroy();
    const outer = connect(target);
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    /** The connections of now stay open and carry nothing any more, as after a failover. */
    freeze() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.resume();
      }
    },
    restore() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The same database through the proxy. */
export function through(proxy: { port: number }, databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.port = String(proxy.port);
  return url.href;
}
