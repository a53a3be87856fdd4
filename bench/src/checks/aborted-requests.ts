import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@tollgate/shared/testing/free-port";
import { startServer } from "@tollgate/shared/testing/start-server";
import { attachInspector, type Inspector } from "../machine/inspector.ts";
import { openFiles } from "../machine/proc.ts";
import type { Peer } from "../peers/peer.ts";
import { startGateway } from "../peers/start-gateway.ts";
import type { Finding } from "../results/finding.ts";
import type { Check } from "./check.ts";
import { Zeros } from "./zeros.ts";

const abortedAtOnce = 50;
const mostBytesEach = 100;
const count = 10_000;

/** Clients that leave: before the answer, in the middle of it, in the middle of their own body. */
export const abortedRequests: Check = {
  name: "aborted-requests",
  title: "10,000 aborted requests",
  async run(surroundings) {
    await using upstream = await startServer((request, response) => {
      request.resume();
      if (request.method === "GET" && request.url?.endsWith("/long")) {
        response.setHeader("content-length", 1_073_741_824);
        new Zeros(1_073_741_824).pipe(response);
      }
      // Everyone else waits for an answer that never comes.
    });
    const port = await freePort();
    const nodeArguments = [`--inspect=127.0.0.1:${port}`];
    const around = { ...surroundings, upstream: upstream.url };
    await using gateway = await startGateway(around, { nodeArguments });
    using inspector = await attachInspector(port);
    const token = await surroundings.issuer.mint();

    await abort(gateway.url, token, count / 10); // for nothing: see warm-up
    const before = await state(gateway, inspector);
    await abort(gateway.url, token, count);
    const after = await state(gateway, inspector);
    return [
      same("open files", before.files, after.files),
      same("timers", before.timers, after.timers),
      same("sockets", before.sockets, after.sockets),
      {
        what: "10,000 aborted requests: live heap added for each",
        bound: "at most",
        wanted: mostBytesEach,
        found: Math.max(0, (after.heap - before.heap) / count),
        unit: " B",
        digits: 1,
        noise: 0,
      },
    ];
  },
};

async function abort(url: string, token: string, times: number): Promise<void> {
  for (let left = times; left > 0; left -= abortedAtOnce) {
    const batch = Array.from({ length: abortedAtOnce }, (_, at) => leave(url, token, at % 3));
    await Promise.all(batch);
  }
}

/** Sends what makes the gateway call the upstream, waits until it did, and cuts the connection. */
async function leave(url: string, token: string, way: number): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  const common = `Host: ${hostname}\r\nAuthorization: Bearer ${token}\r\n`;
  if (way === 0) {
    socket.write(`GET ${pathname}/long HTTP/1.1\r\n${common}\r\n`);
    await once(socket, "data");
  } else if (way === 1) {
    socket.write(`GET ${pathname} HTTP/1.1\r\n${common}\r\n`);
    await sleep(10);
  } else {
    socket.write(`POST ${pathname} HTTP/1.1\r\n${common}Content-Length: 100000\r\n\r\n`);
    socket.write(Buffer.alloc(50_000));
    await sleep(10);
  }
  socket.resetAndDestroy();
}

type State = { files: number; timers: number; sockets: number; heap: number };

/** Once nothing changes any more: pools keep idle connections for seconds. */
async function state(gateway: Peer, inspector: Inspector): Promise<State> {
  let files = openFiles(gateway.pid);
  for (let unchanged = 0, tries = 0; unchanged < 5 && tries < 20; tries += 1) {
    await sleep(1_000);
    const now = openFiles(gateway.pid);
    unchanged = now === files ? unchanged + 1 : 0;
    files = now;
  }
  const heap = await inspector.liveHeapBytes();
  const { Timeout: timers = 0, TCPSocketWrap: sockets = 0 } = await inspector.activeResources();
  return { files: openFiles(gateway.pid), timers, sockets, heap };
}

function same(what: string, before: number, after: number): Finding {
  return {
    what: `10,000 aborted requests: ${what}`,
    bound: "at most",
    wanted: before,
    found: after,
    unit: "",
    digits: 0,
    noise: 0,
  };
}
