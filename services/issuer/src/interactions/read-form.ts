import type { IncomingMessage } from "node:http";
import type { ParameterizedContext } from "koa";
import { problem } from "../problems.ts";

/** The fields of a form that a page of ours sent; the limit on its size stands before this. */
export async function readForm(ctx: ParameterizedContext): Promise<Map<string, string>> {
  if (!ctx.is("application/x-www-form-urlencoded")) {
    throw problem("invalid_request", { detail: "The body must be a form" });
  }
  const fields = new URLSearchParams(await readBody(ctx.req));
  const form = new Map<string, string>();
  for (const [name, value] of fields) {
    if (form.has(name)) throw problem("invalid_request", { detail: "A field is there twice" });
    form.set(name, value);
  }
  return form;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request.iterator()) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
