import type { IncomingMessage } from "node:http";
import type { Middleware } from "koa";
import type * as z from "zod";
import type { BillingState } from "../context.ts";
import { problem } from "../problems.ts";
import { faultsOf, parseWith } from "./faults-of.ts";

const maxBytes = 1_048_576;

/** Reads a JSON body of at most 1 MiB and checks it against the endpoint's schema. */
export function readBody(schema: z.ZodType): Middleware<BillingState> {
  return async function readBody(ctx, next) {
    if (!isJson(ctx.get("content-type"), ctx.method)) throw problem("media_type_not_supported");
    if (ctx.get("content-encoding") !== "") {
      throw problem("media_type_not_supported", { detail: "The body must not be compressed" });
    }
    const parsed = parseWith(schema, parseJson(await readBytes(ctx.req)));
    if (!parsed.success) {
      throw problem("body_invalid", { extensions: { errors: faultsOf(parsed.error) } });
    }
    ctx.state.body = parsed.data;
    await next();
  };
}

/** RFC 8259 section 8.1: JSON is UTF-8; a charset that says otherwise is not believed but refused. */
const json = /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i;
const mergePatch = /^application\/merge-patch\+json\s*(?:;\s*charset="?utf-8"?\s*)?$/i;

/** A PATCH is a merge patch (RFC 7396), under its own name or as plain JSON. */
function isJson(contentType: string, method: string): boolean {
  return json.test(contentType) || (method === "PATCH" && mergePatch.test(contentType));
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers["content-length"]) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What is left of the body is not read: the connection closes after the answer. */
function tooLarge() {
  return problem("body_too_large", { headers: { connection: "close" } });
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(strictUtf8.decode(bytes));
  } catch {
    throw problem("json_malformed");
  }
}
