import type { Middleware, ParameterizedContext } from "koa";
import type { BillingState } from "../context.ts";
import type { Call, Endpoint, Reply } from "../endpoint.ts";
import type { StoredReply } from "../store/idempotency-keys.ts";
import type { Occasion, RunInTenant, TenantTransaction } from "../store/tenant-transaction.ts";
import { answerOnce } from "./answer-once.ts";
import { fingerprint, readIdempotencyKey } from "./idempotency-key.ts";
import { isNotModified, readIfMatch } from "./if-match.ts";

export type EndpointDeps = {
  runInTenant: RunInTenant;
  now: () => Date;
  idempotencyHours: number;
};

type Sendable = StoredReply & Pick<Reply, "content">;

type Context = ParameterizedContext<BillingState> & { params: Record<string, string> };

/** The headers that can make a request wrong by their form: judged before its body is read. */
export function checkHeaders(endpoint: Endpoint): Middleware<BillingState> {
  return async function checkHeaders(ctx, next) {
    if (endpoint.method === "POST") readIdempotencyKey(ctx.get("idempotency-key"));
    if (endpoint.ifMatch !== undefined) readIfMatch(ctx.get("if-match"), endpoint.ifMatch);
    await next();
  };
}

/** Runs an endpoint in one transaction of its caller's tenant and sends what it answers. */
export function runEndpoint(endpoint: Endpoint, deps: EndpointDeps) {
  const mode = endpoint.method === "GET" ? "read only" : "read write";
  return async function runEndpoint(ctx: Context): Promise<void> {
    const { principal, requestId } = ctx.state;
    const occasion: Occasion = { principal, requestId, now: deps.now() };
    const reply = await deps.runInTenant(mode, occasion, (tx) => answer(endpoint, ctx, tx, deps));
    send(ctx, reply, endpoint.conditional === true);
  };
}

async function answer(
  endpoint: Endpoint,
  ctx: Context,
  tx: TenantTransaction,
  deps: EndpointDeps,
): Promise<Sendable> {
  const { body, query } = ctx.state;
  const requireVersion = readIfMatch(ctx.get("if-match"), endpoint.ifMatch ?? "any");
  const preferred: Call<unknown, unknown>["preferred"] = (types) =>
    types.find((type) => type === ctx.accepts(...types));
  const call = { tx, id: ctx.params.id ?? "", body, query, preferred, requireVersion };
  if (endpoint.method !== "POST") return written(await endpoint.handle(call), ctx);
  const once = {
    key: readIdempotencyKey(ctx.get("idempotency-key")),
    fingerprint: fingerprint(ctx.method, ctx.path, body),
    keepHours: deps.idempotencyHours,
  };
  return await answerOnce(tx, once, async () => written(await endpoint.handle(call), ctx));
}

/** A reply as text, because a replay must be the same byte for byte; or as what it is, if it is not JSON. */
function written({ status, headers = {}, body, content, next }: Reply, ctx: Context): Sendable {
  return {
    status,
    headers: { ...headers, ...(next === undefined ? {} : linkTo(next, ctx)) },
    body: body === undefined ? "" : JSON.stringify(body),
    ...(content === undefined ? {} : { content }),
  };
}

/** The same list from where this page ends (RFC 8288). */
function linkTo(next: Record<string, string>, ctx: Context) {
  const query = new URLSearchParams(ctx.querystring);
  for (const [name, value] of Object.entries(next)) query.set(name, value);
  return { link: `<${ctx.path}?${query}>; rel="next"` };
}

function send(ctx: Context, reply: Sendable, conditional: boolean): void {
  const { status, headers, body, content } = reply;
  ctx.set("cache-control", "private, no-cache");
  for (const [name, value] of Object.entries(headers)) ctx.set(name, published(name, value, ctx));
  if (conditional && isNotModified(ctx.get("if-none-match"), headers.etag)) {
    ctx.status = 304;
    return;
  }
  ctx.status = status;
  if (body === "" && content === undefined) return;
  ctx.type = content?.type ?? "application/json";
  ctx.body = content?.bytes ?? body;
}

/** Addresses are kept without the public prefix, and get the one of the request that reads them. */
function published(name: string, value: string, { state: { prefix } }: Context): string {
  if (name === "location") return prefix + value;
  return name === "link" ? value.replace("<", `<${prefix}`) : value;
}
