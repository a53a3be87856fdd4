import * as z from "zod";
import type { cors } from "./schema/cors.ts";
import { issuer } from "./schema/issuer.ts";
import { overload, type rate } from "./schema/limits.ts";
import { route } from "./schema/route.ts";
import type { rule } from "./schema/rule.ts";
import type { timeouts } from "./schema/upstream.ts";
import { addressRange } from "./schema/urls.ts";

/** The shape of config/gateway.yaml; docs/gateway.md explains every key. */
export const routesSchema = z
  .strictObject({
    issuers: z.array(issuer).default([]),
    trusted_proxies: z.array(addressRange).default([]),
    proxy_header: z.enum(["x-forwarded", "forwarded"]).default("x-forwarded"),
    overload,
    routes: z.array(route).min(1),
  })
  .superRefine((file, context) => {
    const fault: Fault = (where, message) =>
      context.addIssue({ code: "custom", path: where, message });
    checkUnique(
      file.routes.map((each) => each.path),
      "path",
      "routes",
      fault,
    );
    checkUnique(
      file.issuers.map((each) => each.issuer),
      "issuer",
      "issuers",
      fault,
    );
    checkIssuersOfRoutes(file, fault);
  });

export type RoutesFile = z.infer<typeof routesSchema>;
export type IssuerEntry = z.infer<typeof issuer>;
export type RouteEntry = z.infer<typeof route>;
export type ProtectedEntry = Extract<RouteEntry, { access: "token" }>;
export type Rule = z.infer<typeof rule>;
export type Timeouts = z.infer<typeof timeouts>;
export type Cors = z.infer<typeof cors>;
export type Rate = z.infer<typeof rate>;

type Fault = (where: (string | number)[], message: string) => void;

function checkUnique(values: string[], key: string, list: string, fault: Fault): void {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) !== index) fault([list, index, key], `${value} is here twice`);
  }
}

type File = { issuers: IssuerEntry[]; routes: RouteEntry[] };

function checkIssuersOfRoutes(file: File, fault: Fault): void {
  const byName = new Map(file.issuers.map((each) => [each.issuer, each]));
  for (const [index, each] of file.routes.entries()) {
    if (each.access === "public") continue;
    const names = each.issuers ?? [...byName.keys()];
    if (names.length === 0) {
      fault(["routes", index, "path"], "needs an issuer, but none is configured");
    }
    for (const name of names) {
      const found = byName.get(name);
      if (!found) fault(["routes", index, "issuers"], `${name} is not among the issuers`);
      else if ("secret_file" in found && !each.tutorial) {
        const message = `the shared secret of ${name} is for tutorial routes alone`;
        fault(["routes", index, "path"], message);
      }
    }
  }
}
