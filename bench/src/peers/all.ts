import type { PeerKind } from "./peer.ts";
import { startGateway } from "./start-gateway.ts";
import { startHaproxy } from "./start-haproxy.ts";
import { startNodePeer } from "./start-node-peer.ts";

const node = (name: string, title: string): PeerKind => ({
  name,
  title,
  role: "node",
  checksTokens: true,
  start: (surroundings) => startNodePeer(name, surroundings),
});

/** Everyone who does the work, in the order of the tables. */
export const allPeers: readonly PeerKind[] = [
  {
    name: "gateway",
    title: "**Tollgate gateway**, everything on",
    role: "gateway",
    checksTokens: true,
    start: (surroundings) => startGateway(surroundings),
  },
  {
    name: "floor",
    title: "floor: node:http → undici, no checks",
    role: "floor",
    checksTokens: false,
    start: (surroundings) => startNodePeer("floor", surroundings),
  },
  {
    name: "haproxy",
    title: "HAProxy jwt_verify",
    role: "haproxy",
    checksTokens: true,
    start: startHaproxy,
  },
  node("fastify", "@fastify/http-proxy + fast-jwt, cache"),
  node("fast-gateway", "fast-gateway + express-jwt"),
  node("express", "express + http-proxy-middleware + express-jwt"),
  node("koa-proxies", "koa-proxies + koa-jwt"),
];
