import type { IncomingMessage, ServerResponse } from "node:http";
import { expressjwt } from "express-jwt";
import gateway from "fast-gateway";
import { publicKey, settings } from "./settings.ts";

/** fast-gateway with express-jwt in front of its one route, as its documentation does. */
const checkToken = expressjwt({
  secret: publicKey(),
  algorithms: ["ES256"],
  issuer: settings.issuer,
  audience: settings.audience,
});

const server = gateway({
  restana: {
    errorHandler: (error: Error & { status?: number }, _: IncomingMessage, res: ServerResponse) => {
      res.writeHead(error.status ?? 500).end();
    },
  },
  routes: [{ prefix: settings.prefix, target: settings.upstream, middlewares: [checkToken] }],
});
await server.start(settings.port, "127.0.0.1");
