import { randomInt } from "node:crypto";
import type { PeerKind } from "../peers/peer.ts";
import type { TokenFiles, Workload } from "./workload.ts";

const everyone = () => true;
const oneToken = (connections: number) => (tokens: TokenFiles) =>
  ({ script: "one-token", connections, arguments: [tokens.one] }) as const;

/** What all are asked to do, in the order of the tables; the one that needs most memory is last. */
export const allWorkloads: readonly Workload[] = [
  { name: "one-token", title: "one token", isFor: everyone, load: oneToken(64) },
  {
    name: "many-tokens",
    title: "2,000 tokens",
    isFor: everyone,
    load: (tokens) => ({ script: "rotate", connections: 64, arguments: [tokens.many] }),
  },
  {
    name: "forged",
    title: "invalid signatures",
    isFor: (kind: PeerKind) => kind.checksTokens,
    load: (tokens) => ({
      script: "forge",
      connections: 64,
      arguments: [tokens.forged, String(randomInt(2 ** 36))],
    }),
  },
  {
    name: "post",
    title: "64 KiB POST",
    isFor: everyone,
    load: (tokens) => ({ script: "post", connections: 64, arguments: [tokens.one] }),
  },
  { name: "one-connection", title: "one connection", isFor: everyone, load: oneToken(1) },
  { name: "connections", title: "512 connections", isFor: everyone, load: oneToken(512) },
];

export function workloadNamed(name: string): Workload {
  const workload = allWorkloads.find((each) => each.name === name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  return workload;
}
