import type { Log } from "../log.ts";
import type { Caller } from "../tokens/caller.ts";

/** What identifyRequest leaves on a request. */
export type Identified = { requestId: string; log: Log };

/** What authenticate adds: from there on, `ctx.state.caller` can be trusted. */
export type Authenticated = Identified & { caller: Caller };
