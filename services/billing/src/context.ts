import type { Authenticated } from "@tollgate/shared/middleware/context";
import type { Logged } from "@tollgate/shared/middleware/log-request";
import type { Principal } from "./principal.ts";

/** What the steps leave on a request. */
export type BillingState = Logged &
  Authenticated & {
    /** The public path in front of ours, as the gateway says; "" without one. */
    prefix: string;
    principal: Principal;
    query: unknown;
    body: unknown;
  };
