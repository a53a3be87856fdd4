import type { Step } from "../context.ts";
import { checkHeaders } from "../http/check-headers.ts";
import { condemn, isCondemned } from "../http/condemned.ts";
import { readTarget } from "../http/read-target.ts";
import { problem } from "../problems.ts";

/** One request, or a refusal: what is matched and authorised is what is forwarded. */
export function canonicalise(): Step {
  return function canonicalise(ctx, next) {
    const { req } = ctx;
    if (isCondemned(req.socket)) throw problem("framing_not_accepted");
    // Of an Upgrade that is not taken Node's parser loses what came behind it: whoever sent it learns
    // from the end of the connection that it was not read, and nothing that follows is believed.
    if (req.headers.upgrade !== undefined) {
      condemn(req.socket);
      ctx.res.shouldKeepAlive = false;
    }
    try {
      // Node's parser lets `HTTP/2.0` pass on a connection that speaks HTTP/1.
      if (req.httpVersionMajor !== 1) throw problem("request_malformed");
      checkHeaders(req);
    } catch (error) {
      condemn(req.socket);
      throw error;
    }
    // After the framing: whatever the method, a connection that is not certain is not read on.
    if (!methods.has(req.method ?? "")) {
      throw problem("method_not_allowed", { headers: { allow: [...methods].join(", ") } });
    }
    ctx.state.target = readTarget(req.url ?? "");
    return next();
  };
}

// TRACE echoes credentials and CONNECT makes tunnels: neither is ever forwarded.
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
