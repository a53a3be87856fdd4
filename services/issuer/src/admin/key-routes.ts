import Router from "@koa/router";
import * as z from "zod";
import type { SigningKey } from "../keys/signing-key.ts";
import type { Parts } from "../open-parts.ts";
import { problem } from "../problems.ts";
import { inputOf } from "./read-json.ts";

/** `tollgate keys list|rotate|revoke`. */
export function keyRoutes({ kept, wake }: Parts): Router {
  return new Router()
    .get("/keys", async (ctx) => {
      ctx.body = { keys: (await kept.read()).map(shown) };
    })
    .post("/keys/rotate", async (ctx) => {
      const rotated = await kept.rotate();
      if ("ripeAt" in rotated) {
        const since = "The next key was published too recently for every verifier to know it";
        const detail = `${since}: it can sign from ${rotated.ripeAt.toISOString()}`;
        throw problem("key_not_ripe", { detail });
      }
      wake();
      ctx.body = { keys: rotated.keys.map(shown) };
    })
    .post("/keys/revoke", async (ctx) => {
      const { kid } = inputOf(z.strictObject({ kid: z.string() }), ctx.state.input);
      const revoked = await kept.revoke(kid);
      if (revoked === undefined) throw problem("not_found", { detail: "There is no such key" });
      wake();
      ctx.body = { keys: revoked.keys.map(shown) };
    });
}

/** Never the private half. */
function shown({ kid, algorithm, state, publishedAt, activatedAt, retiredAt }: SigningKey) {
  return { kid, algorithm, state, publishedAt, activatedAt, retiredAt };
}
