import Router from "@koa/router";
import type { Log } from "@tollgate/shared/log";
import { revocationKinds } from "@tollgate/shared/revocations/feed";
import * as z from "zod";
import type { Parts } from "../open-parts.ts";
import { untilNow } from "../revocation/until-now.ts";
import { inputOf } from "./read-json.ts";

const kinds = revocationKinds.filter((kind) => kind !== "key"); // a key is taken from the ring as well
const revocationInput = z.strictObject({ kind: z.enum(kinds), value: z.string().min(1).max(256) });

/**
 * `tollgate revoke token|subject|session|client <name>`: what was minted until now is refused. A
 * session does not come back, and a person has to log in again everywhere.
 */
export function revocationRoutes(parts: Parts, log: Log): Router {
  const { revocations, store, trail, now } = parts;

  return new Router().post("/revocations", async (ctx) => {
    const { kind, value } = inputOf(revocationInput, ctx.state.input);
    const revocation = { kind, value, ...untilNow(now()) };
    await revocations.add([revocation]);
    if (kind === "session") await store.revokeGrant(value);
    if (kind === "subject") await store.revokeAccount(value);
    trail.record(log, { event: "revocation_added", kind, value, by: "operator" });
    ctx.body = revocation;
  });
}
