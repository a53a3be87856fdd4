import type * as z from "zod";
import type { TenantTransaction } from "./store/tenant-transaction.ts";

export type Scope =
  | "settings:read"
  | "settings:write"
  | "customers:read"
  | "customers:write"
  | "invoices:read"
  | "invoices:write"
  | "invoices:finalize"
  | "payments:write"
  | "events:read";

/** What a person may be in a tenant. An owner may everything, so no endpoint names it. */
export type Role = "accountant" | "clerk" | "auditor" | "customer";

/** What an endpoint answers. `body` is presented: plain JSON values only. */
export type Reply = {
  status: 200 | 201 | 204;
  body?: object;
  headers?: { etag?: string; location?: string } & Record<string, string>;
  /** Instead of a body: something that is not JSON. */
  content?: { type: string; bytes: Buffer };
  /** The parameters with which a list goes on, for the Link header. */
  next?: Record<string, string>;
};

/** A request that has passed every check which needs no database. */
export type Call<Body, Query> = {
  tx: TenantTransaction;
  /** The `{id}` of the path. It may be anything: what is no id names nothing. */
  id: string;
  body: Body;
  query: Query;
  /** Which of these media types the caller would rather have; undefined for none. */
  preferred<T extends string>(types: readonly T[]): T | undefined;
  /** Throws 428 or 412 unless the request's If-Match names this version. */
  requireVersion(version: number): void;
};

/**
 * An endpoint as data: what documentation, tests and the server need to know of it. Every POST is
 * idempotent by its Idempotency-Key; the one that is not cannot be written.
 */
export type Endpoint<Body = unknown, Query = unknown> = {
  name: string;
  summary: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  scope: Scope;
  roles: readonly Role[];
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  /** Fewer roles than `roles`, where the body asks for more than others do. */
  rolesFor?(body: Body): readonly Role[];
  /** The request must name the version it saw; `any` also takes `*`. */
  ifMatch?: "version" | "any";
  /** Answers 304 to an If-None-Match that names the current version. */
  conditional?: boolean;
  handle(call: Call<Body, Query>): Promise<Reply>;
};

/** Infers what the schemas yield; beyond that it is the object itself. */
export function endpoint<Body = undefined, Query = Record<string, never>>(
  definition: Endpoint<Body, Query>,
): Endpoint {
  return definition;
}
