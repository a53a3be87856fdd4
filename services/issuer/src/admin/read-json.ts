import type { Middleware } from "koa";
import type * as z from "zod";
import { problem } from "../problems.ts";

const maxBytes = 65_536;

/** Leaves the JSON object that a POST brings as `ctx.state.input`. */
export function readJson(): Middleware {
  return async function readJson(ctx, next) {
    if (ctx.method === "POST") {
      if (!ctx.is("application/json")) throw invalid("the body must be application/json");
      let text = "";
      for await (const chunk of ctx.req.setEncoding("utf8")) {
        text += chunk;
        if (text.length > maxBytes) throw problem("body_too_large");
      }
      ctx.state.input = parse(text);
    }
    await next();
  };
}

/** The input in a schema's shape, or 400 with every fault. */
export function inputOf<T>(schema: z.ZodType<T>, input: unknown): T {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  throw invalid(
    read.error.issues
      .map(({ path, message }) => `${path.join(".") || "it"}: ${message}`)
      .join("; "),
  );
}

export function invalid(detail: string) {
  return problem("invalid_request", { detail });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid("the body is not JSON");
  }
}
