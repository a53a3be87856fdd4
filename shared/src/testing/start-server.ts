import type { RequestListener } from "node:http";
import { serve } from "../serve.ts";

/** A handler on a free port of loopback; disposing cuts what is left of its connections. */
export async function startServer(handler: RequestListener) {
  const listening = await serve(handler, {
    port: 0,
    host: "127.0.0.1",
    variable: "PORT",
    drainMs: 500,
  });
  return {
    url: `http://127.0.0.1:${listening.port}`,
    port: listening.port,
    server: listening.server,
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
}
