import type { IncomingMessage } from "node:http";
import type { Middleware } from "koa";
import { problem } from "../problems.ts";

const maxBytes = 16_384;

/** Refuses bodies that no token request needs, declared or counted as they come. */
export function limitBody(): Middleware {
  return async function limitBody(ctx, next) {
    if ((ctx.request.length ?? 0) > maxBytes) throw tooLarge();
    const counted = ctx.request.length === undefined ? countBytes(ctx.req) : undefined;
    await next();
    // The engine has answered 400 by then, for it could not read the body.
    if (counted?.exceeded) throw tooLarge();
  };
}

/** A body of no declared length is cut where it grows too long. The engine reads by `iterator`. */
function countBytes(request: IncomingMessage) {
  const counted = { exceeded: false };
  const iterate = request.iterator.bind(request);
  request.iterator = async function* iterator(options): AsyncGenerator<Buffer, undefined> {
    let bytes = 0;
    for await (const chunk of iterate(options)) {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        counted.exceeded = true;
        throw tooLarge();
      }
      yield chunk;
    }
    return undefined;
  };
  return counted;
}

function tooLarge() {
  return problem("body_too_large", { headers: { connection: "close" } });
}
