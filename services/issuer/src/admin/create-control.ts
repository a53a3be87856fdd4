import Router from "@koa/router";
import type { Log } from "@tollgate/shared/log";
import { identifyRequest } from "@tollgate/shared/middleware/identify-request";
import { reportProblems } from "@tollgate/shared/middleware/report-problems";
import Koa from "koa";
import type { Parts } from "../open-parts.ts";
import { problem } from "../problems.ts";
import { clientRoutes } from "./client-routes.ts";
import { keyRoutes } from "./key-routes.ts";
import { auditRoutes } from "./list-audit.ts";
import { nameOutage } from "./name-outage.ts";
import { readJson } from "./read-json.ts";
import { revocationRoutes } from "./revocation-routes.ts";
import { userRoutes } from "./user-routes.ts";

/** What an operator may do, for `tollgate` in the same container; it listens on loopback alone. */
export function createControl(parts: Parts, log: Log): Koa {
  const routes = new Router({ sensitive: true, strict: true });
  for (const each of [keyRoutes, clientRoutes, userRoutes, revocationRoutes, auditRoutes]) {
    routes.use(each(parts, log).routes());
  }
  const control = new Koa();
  control
    .use(identifyRequest(log))
    .use(reportProblems())
    .use(refuseBrowsers())
    .use(readJson())
    .use(nameOutage())
    .use(routes.routes());
  control.on("error", (err) => log.error({ event: "answer_failed", err }, "an answer failed"));
  return control;
}

const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** A page in a browser on this host can reach loopback too, under a name that it rebinds (DNS). */
function refuseBrowsers(): Koa.Middleware {
  return async function refuseBrowsers(ctx, next) {
    const isPage = ["origin", "sec-fetch-site"].some((name) => ctx.get(name) !== "");
    if (isPage || !loopback.test(ctx.host)) throw problem("not_found");
    await next();
  };
}
