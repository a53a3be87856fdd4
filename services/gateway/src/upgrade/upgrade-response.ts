import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

const lingerMs = 2_000;

/**
 * The answer to an upgrade. Node leaves such a connection to whoever listens, so this does what its
 * server does for the others: it notices a client that leaves, resumes a slow one, and closes.
 */
export class UpgradeResponse extends ServerResponse {
  readonly #client: Socket;

  constructor(request: IncomingMessage, client: Socket) {
    super(request);
    this.#client = client;
    this.shouldKeepAlive = false;
    this.assignSocket(client);
    client.on("error", ignored);
    client.on("drain", this.#resume).once("end", this.#leave);
    this.once("finish", this.#close);
    // Reading begins, into the socket's own bounded memory: only so is a reset noticed.
    client.read(0);
  }

  /** Switches protocols: from here on the connection is the caller's. */
  accept(headers: string[]): Socket {
    this.writeHead(101, ["connection", "Upgrade", "upgrade", "websocket", ...headers]);
    this.#client.off("drain", this.#resume).off("end", this.#leave);
    this.off("finish", this.#close);
    this.end();
    return this.#client;
  }

  readonly #resume = (): void => {
    this.emit("drain");
  };

  readonly #leave = (): void => {
    if (!this.writableEnded) this.#client.destroy();
  };

  /** What the client still says is read and dropped, so that its answer is not lost to a reset. */
  readonly #close = (): void => {
    this.detachSocket(this.#client);
    this.destroy().emit("close");
    const client = this.#client.resume();
    client.end();
    client.once("end", () => client.destroySoon());
    const linger = setTimeout(() => client.destroy(), lingerMs);
    client.once("close", () => clearTimeout(linger));
  };
}

/** What befalls the connection ends it; the response's own "close" tells. */
function ignored(): void {}
