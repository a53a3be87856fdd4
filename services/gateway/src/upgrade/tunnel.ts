import type { Socket } from "node:net";
import { closeFrame, createFrames, type Frames } from "./frames.ts";
import type { Cause } from "./open-streams.ts";

export type TunnelEnd = Cause | "idle" | "client" | "upstream";

/** What there is to say about a tunnel; complete when it is over. */
export type Traffic = {
  receivedBytes: number;
  sentBytes: number;
  endedBy?: TunnelEnd;
};

type Side = {
  readonly name: "client" | "upstream";
  readonly socket: Socket;
  /** What was written to this side. */
  readonly frames: Frames;
};

/** RFC 6455 section 7.4.1: 1001 is "going away", 1008 is a policy that forbids going on. */
const farewells = {
  token_expired: [1008, "the access token has expired"],
  token_revoked: [1008, "the access token was revoked"],
  going_away: [1001, "the gateway is restarting"],
  idle: [1001, "nothing was said for too long"],
} as const;

const graceMs = 1_000;

/**
 * Two sockets that are one: bytes, their pace, a half-close and a failure of one side reach the
 * other. What the gateway ends itself it ends with a Close frame, where a frame can stand.
 */
export class Tunnel {
  readonly #client: Side;
  readonly #upstream: Side;
  readonly #traffic: Traffic;
  readonly #idle: NodeJS.Timeout;
  #grace: NodeJS.Timeout | undefined;
  #open = 2;
  readonly #onOver: () => void;

  constructor(
    sockets: { client: Socket; upstream: Socket },
    { idleMs, traffic, onOver }: { idleMs: number; traffic: Traffic; onOver: () => void },
  ) {
    this.#client = { name: "client", socket: sockets.client, frames: createFrames() };
    this.#upstream = { name: "upstream", socket: sockets.upstream, frames: createFrames() };
    this.#traffic = traffic;
    this.#onOver = onOver;
    this.#idle = setTimeout(() => this.end("idle"), idleMs);
    this.#pass(this.#client, this.#upstream, "receivedBytes");
    this.#pass(this.#upstream, this.#client, "sentBytes");
  }

  #pass(from: Side, to: Side, direction: "receivedBytes" | "sentBytes"): void {
    const traffic = this.#traffic;
    from.socket.on("data", (chunk: Buffer) => {
      if (this.#grace !== undefined) return; // it was ended: what still comes goes nowhere
      traffic[direction] += chunk.length;
      this.#idle.refresh();
      to.frames.follow(chunk);
      if (to.frames.isClosed) traffic.endedBy ??= from.name;
      if (!to.socket.write(chunk)) from.socket.pause();
    });
    to.socket.on("drain", () => from.socket.resume());
    from.socket.once("error", () => to.socket.destroy());
    from.socket.once("end", () => {
      traffic.endedBy ??= from.name;
      to.socket.end();
    });
    from.socket.once("close", () => this.#closed(from, to));
  }

  #closed(from: Side, to: Side): void {
    this.#traffic.endedBy ??= from.name;
    this.#open -= 1;
    if (this.#open === 0) this.#over();
    if (this.#grace !== undefined) return; // the other side may still say goodbye
    if (from.socket.readableEnded) to.socket.destroySoon();
    else to.socket.destroy();
  }

  #over(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#grace);
    this.#onOver();
  }

  /** Ends it for a reason of the gateway's, at once or within a second. */
  end(cause: keyof typeof farewells): void {
    if (this.#grace !== undefined) return;
    this.#traffic.endedBy ??= cause;
    this.#grace = setTimeout(() => {
      for (const { socket } of [this.#client, this.#upstream]) socket.destroy();
    }, graceMs);
    for (const side of [this.#client, this.#upstream]) bidFarewell(side, cause);
  }
}

function bidFarewell({ socket, frames, name }: Side, cause: keyof typeof farewells): void {
  // In the midst of a frame, or behind a Close, only the connection itself can still be ended.
  if (!frames.takesAnother) return void socket.destroy();
  const [code, reason] = farewells[cause];
  socket.end(closeFrame(code, reason, name === "upstream"));
  socket.resume();
}
