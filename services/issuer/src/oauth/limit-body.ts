import type { IncomingMessage } from "node:http";
import type { Middleware } from "koa";
import { problem } from "../problems.ts";

const maxBytes = 16_384;

/** Refuses bodies that no token request needs, declared or counted as they come. */
export function limitBody(): Middleware {
  return async function limitBody(ctx, next) {
    if ((ctx.request.length ?? 0) > maxBytes) throw tooLarge();
    const counted = countBytes(ctx.req);
    await next();
    // The engine has answered 400 by then, for it could not read the body.
    if (counted.exceeded) throw tooLarge();
  };
}

/**
 * A body is cut where it grows too long. The engine reads by `iterator`, which gets all of it in one
 * piece: Node's own, for streams of any length, costs more than the rest of the reading.
 */
function countBytes(request: IncomingMessage) {
  const counted = { exceeded: false };
  request.iterator = async function* iterator(): AsyncGenerator<Buffer, undefined> {
    const body = await readWhole(request);
    if (body === undefined) {
      counted.exceeded = true;
      throw tooLarge();
    }
    yield body;
    return undefined;
  };
  return counted;
}

/** Undefined for a body that is too long; rejects when the client leaves before its end. */
function readWhole(request: IncomingMessage): Promise<Buffer | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  function take(chunk: Buffer): void {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes <= maxBytes) return;
    request.off("data", take).pause();
    resolve(undefined);
  }
  request
    .on("data", take)
    .once("end", () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
    .once("error", reject)
    .once("close", () => {
      if (!request.complete) reject(new Error("the client left"));
    });
  return promise;
}

function tooLarge() {
  return problem("body_too_large", { headers: { connection: "close" } });
}
