import type { Load } from "../load/run-wrk.ts";
import type { PeerKind } from "../peers/peer.ts";

export type Workload = {
  readonly name: string;
  /** How the tables call it. */
  readonly title: string;
  /** Whose work it is: not everyone checks tokens. */
  isFor(kind: PeerKind): boolean;
  /** A new one for each run, where no two runs may send the same. */
  load(tokens: TokenFiles): Load;
};

/** Files with a token a line. */
export type TokenFiles = {
  readonly one: string;
  readonly many: string;
  /** A token that is right in everything but its signature. */
  readonly forged: string;
};
