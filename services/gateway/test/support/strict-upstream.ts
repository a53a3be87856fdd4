import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export type StrictRequest = { method: string; target: string; headers: [string, string][] };

const requestLine = /^([A-Z]+) (\/[!-~]*) HTTP\/1\.1$/;
const headerLine = /^([A-Za-z0-9-]+): ([\t\x20-\x7e\x80-\xff]*)$/;
const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/**
 * An upstream that knows one way to read a request and no other: each line as RFC 9112 writes it, a
 * length in one way. Whatever it cannot read so is a fault, and it answers no more.
 */
export async function strictUpstream() {
  const requests: StrictRequest[] = [];
  const faults: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let bytes = "";
    sockets.add(socket.on("error", () => {}));
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      bytes += chunk.toString("latin1");
      try {
        for (let read = readRequest(bytes); read !== undefined; read = readRequest(bytes)) {
          requests.push(read.request);
          bytes = read.rest;
          socket.write(answer);
        }
      } catch (error) {
        faults.push(`${(error as Error).message}: ${JSON.stringify(bytes)}`);
        socket.destroy();
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    faults,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** The first request of these bytes, or nothing while it is not whole. */
function readRequest(bytes: string): { request: StrictRequest; rest: string } | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = bytes.slice(0, end).split("\r\n");
  const [, method, target] = requestLine.exec(first) ?? [];
  if (method === undefined || target === undefined) throw new Error("not a request line");
  const headers = lines.map((line): [string, string] => {
    const [, name, value] = headerLine.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error("not a header");
    return [name.toLowerCase(), value];
  });
  const rest = afterBody(bytes.slice(end + 4), headers);
  return rest === undefined ? undefined : { request: { method, target, headers }, rest };
}

function afterBody(bytes: string, headers: [string, string][]): string | undefined {
  const all = (wanted: string) => headers.filter(([name]) => name === wanted).map(([, at]) => at);
  const lengths = all("content-length");
  const codings = all("transfer-encoding");
  if (lengths.length + codings.length > 1) throw new Error("two lengths");
  if (all("host").length !== 1) throw new Error("not one Host");
  if (codings.length === 1) return codings[0] === "chunked" ? afterChunks(bytes) : undefined;
  const length = lengths[0] ?? "0";
  if (!/^\d+$/.test(length)) throw new Error("a bad length");
  return bytes.length < Number(length) ? undefined : bytes.slice(Number(length));
}

function afterChunks(bytes: string): string | undefined {
  const line = /^([0-9a-f]+)\r\n/i.exec(bytes);
  if (line === null) {
    if (bytes.includes("\r\n")) throw new Error("not a chunk");
    return undefined;
  }
  const size = Number.parseInt(line[1] as string, 16);
  const at = line[0].length + size;
  if (bytes.length < at + 2) return undefined;
  if (bytes.slice(at, at + 2) !== "\r\n") throw new Error("a chunk of another length");
  return size === 0 ? bytes.slice(at + 2) : afterChunks(bytes.slice(at + 2));
}
