import { Agent } from "node:http";
import Koa from "koa";
import jwt from "koa-jwt";
import proxies from "koa-proxies";
import { maxSockets, publicPem, settings } from "./settings.ts";

/** koa-proxies behind koa-jwt. */
const app = new Koa();
app.use(
  jwt({
    secret: publicPem(),
    algorithms: ["ES256"],
    issuer: settings.issuer,
    audience: settings.audience,
  }),
);
app.use(
  proxies(settings.prefix, {
    target: settings.upstream,
    agent: new Agent({ keepAlive: true, maxSockets, maxFreeSockets: maxSockets }),
    rewrite: (path) => path.slice(settings.prefix.length),
  }),
);
app.on("error", () => {}); // a refused token is not news
app.listen(settings.port, "127.0.0.1").keepAliveTimeout = 65_000;
