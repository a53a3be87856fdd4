import fastifyHttpProxy from "@fastify/http-proxy";
import fastifyJwt from "@fastify/jwt";
import { fastify } from "fastify";
import { maxSockets, publicPem, settings } from "./settings.ts";

/** @fastify/http-proxy behind @fastify/jwt (fast-jwt), its cache larger than the set of tokens. */
const app = fastify({ keepAliveTimeout: 65_000, bodyLimit: 1_048_576 });

await app.register(fastifyJwt, {
  secret: { public: publicPem() },
  verify: {
    algorithms: ["ES256"],
    allowedIss: settings.issuer,
    allowedAud: settings.audience,
    // Without this, tokens that leave them out would pass.
    requiredClaims: ["iss", "aud", "exp"],
    cache: 5_000,
  },
});
await app.register(fastifyHttpProxy, {
  upstream: settings.upstream,
  prefix: settings.prefix,
  preHandler: async (request) => {
    await request.jwtVerify();
  },
  undici: { connections: maxSockets, pipelining: 1 },
});
await app.listen({ port: settings.port, host: "127.0.0.1" });
