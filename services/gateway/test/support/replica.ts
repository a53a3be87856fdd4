import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

export type Replica = Awaited<ReturnType<typeof startReplica>>;

/** A server that can be killed: its port refuses and its connections are reset from then on. */
export async function startReplica(
  answer: RequestListener = (_req, res) => res.end("ok"),
  { host = "127.0.0.1", port = 0 } = {},
) {
  const requests: string[] = [];
  let connections = 0;
  const server = createServer((req, res) => {
    requests.push(String(req.headers["x-test"] ?? req.url));
    answer(req, res);
  });
  server.on("connection", () => {
    connections += 1;
  });
  server.listen({ host, port });
  await once(server, "listening");
  const address = server.address() as AddressInfo;

  async function kill(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  return {
    url: `http://${host}:${address.port}`,
    host,
    port: address.port,
    server,
    requests,
    connections: () => connections,
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

/** Two replicas behind one name: the same port at two addresses of loopback. */
export async function startPair(answer?: RequestListener, other = answer) {
  for (;;) {
    const first = await startReplica(answer, { host: "127.0.0.1" });
    try {
      const second = await startReplica(other, { host: "127.0.0.2", port: first.port });
      return { first, second, port: first.port };
    } catch {
      await first.kill(); // the port is taken at the other address: another one
    }
  }
}
