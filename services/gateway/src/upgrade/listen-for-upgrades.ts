import type { IncomingMessage, RequestListener, Server } from "node:http";
import type { Socket } from "node:net";
import { endAll } from "../http/end-together.ts";
import { UpgradeResponse } from "./upgrade-response.ts";

/**
 * Node's "upgrade" event goes past whatever answers requests, and with it past authentication. Here
 * an upgrade is a request like any other, until the app itself accepts it.
 */
export function listenForUpgrades(server: Server, app: RequestListener): void {
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    endAll(); // a request before it that has its answer must not lose it
    if (isBusy(socket)) return void socket.destroy();
    if (head.length > 0) socket.unshift(head);
    app(request, new UpgradeResponse(request, socket));
  });
}

/** An upgrade behind a request that is not answered yet would mix the two answers. */
function isBusy(socket: Socket & { _httpMessage?: unknown }): boolean {
  return Boolean(socket._httpMessage);
}
