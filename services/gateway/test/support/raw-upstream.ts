import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/**
 * An upstream that says bytes as they are. `answer` is called with the head of each request, or, as
 * requests are told apart by their heads alone, with whatever else came.
 */
export async function rawUpstream(answer: (socket: Socket, head: string, nth: number) => void) {
  const sockets = new Set<Socket>();
  const received: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    let text = "";
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
        received.push(text.slice(0, end + 4));
        text = text.slice(end + 4);
        answer(socket, received.at(-1) as string, received.length);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    sockets,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
