import type { Server } from "node:http";
import { expect } from "@jest/globals";
import type { WebSocket } from "ws";
import type { startFixture } from "./gateway.ts";
import { until } from "./until.ts";
import { dial } from "./websocket-upstream.ts";

type Gateway = Awaited<ReturnType<typeof startFixture>>;

/** A WebSocket on /live, open, with a token of so many seconds. */
export async function dialLive(gateway: Gateway, lifetimeSeconds = 300) {
  const exp = Math.floor(Date.now() / 1000) + lifetimeSeconds;
  const token = await gateway.issuer.token({ scope: "events:read", exp });
  const client = await dial(`${gateway.url}/live`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(client.status).toBe(101);
  return client;
}

/** The access line of the tunnel, once it is written. */
export async function tunnelLine({ lines }: Gateway) {
  const isTunnel = (line: Record<string, unknown>) => line.status === 101;
  await until(() => lines.some(isTunnel));
  return lines.find(isTunnel);
}

/** How a WebSocket ended, when it has. */
export const closeOf = (socket: WebSocket) =>
  new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once("close", (code, reason) => resolve({ code, reason: String(reason) })),
  );

/** How many connections a server has. */
export const connections = ({ server }: { server: Server }) =>
  new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
