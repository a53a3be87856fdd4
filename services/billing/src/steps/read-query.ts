import type { Middleware } from "koa";
import type * as z from "zod";
import type { BillingState } from "../context.ts";
import { problem } from "../problems.ts";
import { faultsOf, parseWith } from "./faults-of.ts";

/** Reads the query strictly: a misspelt filter must not answer everything. */
export function readQuery(schema: z.ZodType): Middleware<BillingState> {
  return async function readQuery(ctx, next) {
    const parsed = parseWith(schema, gather(new URLSearchParams(ctx.querystring)));
    if (!parsed.success) {
      const errors = faultsOf(parsed.error).map(({ pointer, ...rest }) => ({
        parameter: pointer.split("/")[1] ?? "",
        ...rest,
      }));
      throw problem("query_invalid", { extensions: { errors } });
    }
    ctx.state.query = parsed.data;
    await next();
  };
}

/** A parameter that came once is text, one that was repeated is a list. */
function gather(parameters: URLSearchParams): Record<string, string | string[]> {
  const names = new Set(parameters.keys());
  const entries = [...names].map((name) => {
    const values = parameters.getAll(name);
    return [name, values.length === 1 ? (values[0] as string) : values] as const;
  });
  return Object.fromEntries(entries);
}
