import { Agent } from "node:http";
import express, { type ErrorRequestHandler } from "express";
import { expressjwt } from "express-jwt";
import { createProxyMiddleware } from "http-proxy-middleware";
import jwksRsa from "jwks-rsa";
import { maxSockets, settings } from "./settings.ts";

/** express with the three packages that tutorials put together. */
const checkToken = expressjwt({
  secret: jwksRsa.expressJwtSecret({ jwksUri: settings.jwksUri, cache: true }),
  algorithms: ["ES256"],
  issuer: settings.issuer,
  audience: settings.audience,
});
const proxy = createProxyMiddleware({
  target: settings.upstream,
  agent: new Agent({ keepAlive: true, maxSockets, maxFreeSockets: maxSockets }),
  xfwd: true,
});
const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(error.status ?? 500).end();
};

const app = express().use(settings.prefix, checkToken, proxy).use(answerError);
app.listen(settings.port, "127.0.0.1").keepAliveTimeout = 65_000;
