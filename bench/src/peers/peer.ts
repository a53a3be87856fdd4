import type { Child } from "../machine/child.ts";
import type { Issuer } from "../machine/issuer.ts";

/** What all peers are put between. */
export type Surroundings = {
  folder: string;
  upstream: string;
  issuer: Issuer;
};

export type Peer = Child & {
  /** Where a request with a good token gets the upstream's answer. */
  readonly url: string;
  /** Drops what the peer logged, so that a long run does not fill the disk. */
  readonly forgetLog?: () => void;
};

export type PeerKind = {
  readonly name: string;
  /** How the tables call it. */
  readonly title: string;
  readonly role: "gateway" | "floor" | "node" | "haproxy";
  readonly checksTokens: boolean;
  start(surroundings: Surroundings): Promise<Peer>;
};

/** All peers serve this path; those that can, strip the prefix before the upstream. */
export const prefix = "/billing";
export const path = `${prefix}/invoices`;

/** Answers anything at all. */
export async function answers(url: string): Promise<boolean> {
  await (await fetch(url)).arrayBuffer();
  return true;
}
