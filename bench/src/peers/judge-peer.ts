import type { Issuer } from "../machine/issuer.ts";
import type { Peer, PeerKind } from "./peer.ts";

/** What a peer got wrong, a sentence each; empty for one that may be compared. */
export async function judgePeer(peer: Peer, kind: PeerKind, issuer: Issuer): Promise<string[]> {
  const cases = kind.checksTokens ? await tokenCases(issuer) : [];
  const all: Case[] = [["a good token", await issuer.mint(), 200], ...cases];
  const faults: string[] = [];
  for (const [what, token, expected] of all) {
    const status = await statusFor(peer.url, token);
    if (status !== expected) faults.push(`${what} was answered ${status}, not ${expected}`);
  }
  return faults;
}

type Case = [what: string, token: string | undefined, status: number];

async function tokenCases(issuer: Issuer): Promise<Case[]> {
  const past = Math.floor(Date.now() / 1000) - 600;
  return [
    ["no token", undefined, 401],
    ["a forged signature", await issuer.mintForeign(), 401],
    ["an expired token", await issuer.mint({ iat: past - 60, exp: past }), 401],
    ["another issuer's token", await issuer.mint({ iss: "http://localhost:1" }), 401],
    ["a token for another audience", await issuer.mint({ aud: "https://else.internal" }), 401],
  ];
}

async function statusFor(url: string, token: string | undefined): Promise<number> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) });
  await response.arrayBuffer();
  return response.status;
}
