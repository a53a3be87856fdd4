import { Router } from "@koa/router";
import type { Log } from "@tollgate/shared/log";
import type { requestDuration } from "@tollgate/shared/metrics";
import { authenticate } from "@tollgate/shared/middleware/authenticate";
import { identifyRequest } from "@tollgate/shared/middleware/identify-request";
import { logRequest } from "@tollgate/shared/middleware/log-request";
import { reportProblems } from "@tollgate/shared/middleware/report-problems";
import type { VerifyToken } from "@tollgate/shared/tokens/verify-token";
import Koa from "koa";
import * as z from "zod";
import type { BillingConfig } from "./config.ts";
import type { BillingState } from "./context.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpoints } from "./endpoints/endpoints.ts";
import { readBody } from "./steps/read-body.ts";
import { readPrefix } from "./steps/read-prefix.ts";
import { readQuery } from "./steps/read-query.ts";
import { refuseMethod } from "./steps/refuse-method.ts";
import { requireAccess, requireAccessFor } from "./steps/require-access.ts";
import { checkHeaders, runEndpoint } from "./steps/run-endpoint.ts";
import { serveDescription } from "./steps/serve-description.ts";
import type { RunInTenant } from "./store/tenant-transaction.ts";

export type BillingDeps = {
  log: Log;
  now: () => Date;
  verifyToken: VerifyToken;
  runInTenant: RunInTenant;
  duration: ReturnType<typeof requestDuration>;
};

type Settings = Pick<BillingConfig, "tokens" | "idempotencyHours">;

/** Billing is this list, and then that of `endpoints`, each with the guards below. */
export function createBilling(config: Settings, deps: BillingDeps): Koa<BillingState> {
  const router = new Router<BillingState>({ strict: true, sensitive: true });
  for (const each of endpoints) mount(router, each, config, deps);

  const billing = new Koa<BillingState>();
  billing
    .use(identifyRequest(deps.log))
    .use(readPrefix())
    .use(logRequest(deps.duration)) // around reportProblems, so that it logs the status that was sent
    .use(reportProblems())
    .use(serveDescription(endpoints))
    .use(authenticate(deps.verifyToken, config.tokens.audience)) // before any route: 401 tells no more
    .use(router.routes())
    .use(refuseMethod(router));
  billing.silent = true; // a connection that broke is on the access line
  return billing;
}

const noQuery = z.strictObject({});

/** The order of refusals: 403, 400 and 415 for the form, 422 for the meaning, then the endpoint. */
function mount(router: Router<BillingState>, each: Endpoint, config: Settings, deps: BillingDeps) {
  const { now, runInTenant } = deps;
  const path = each.path.replaceAll(/\{(\w+)\}/g, ":$1");
  router.register(
    path,
    [each.method],
    [
      async function nameRoute(ctx, next) {
        ctx.state.route = each.path;
        await next();
      },
      requireAccess(each, config.tokens.audience),
      readQuery(each.query ?? noQuery),
      checkHeaders(each),
      ...(each.body === undefined ? [] : [readBody(each.body)]),
      ...(each.rolesFor === undefined ? [] : [requireAccessFor(each, config.tokens.audience)]),
      runEndpoint(each, { runInTenant, now, idempotencyHours: config.idempotencyHours }),
    ],
  );
}
