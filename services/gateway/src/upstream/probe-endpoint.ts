import http from "node:http";
import https from "node:https";
import { type Endpoint, originAt, serverName } from "./endpoint.ts";

export type Probe = { path: string; port?: number | undefined; timeout: number };

/** Asks an endpoint, on a connection of its own, how it is: 2xx in time is well, all else is not. */
export async function probeEndpoint(
  { where, host }: Pick<Endpoint, "where" | "host">,
  { path, port, timeout }: Probe,
  stopped: AbortSignal,
): Promise<boolean> {
  const { get } = where.url.protocol === "https:" ? https : http;
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(timeout)]);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const options = { path, headers: { host }, agent: false, signal, ...serverName(where.url) };
  const origin = originAt(where, port === undefined ? where.url.port : String(port));
  const call = get(origin, options, ({ statusCode = 0 }) => {
    resolve(statusCode >= 200 && statusCode < 300);
    call.destroy();
  });
  // A 101 ends in `close` alone.
  call.on("error", () => resolve(false)).on("close", () => resolve(false));
  return await promise;
}
