import { describe, expect, test } from "@jest/globals";
import { createRouteTable, upstreamPath } from "../../src/routes/route-table.ts";
import { routesSchema } from "../../src/routes/schema.ts";

function tableOf(...paths: string[]) {
  const upstream = "http://localhost:1";
  const routes = paths.map((path) => ({ path, upstream, access: "public", strip_prefix: true }));
  return createRouteTable(routesSchema.parse({ routes }).routes);
}

describe("the longest prefix of whole segments decides, in whatever order the file names them:", () => {
  const paths = ["/billing", "/billing/v1/admin", "/", "/billing/v1", "/.well-known/x"];

  test.each([
    ["/billing", "/billing"],
    ["/billing/", "/billing"],
    ["/billing/v2", "/billing"],
    ["/billing/v1", "/billing/v1"],
    ["/billing/v1/", "/billing/v1"],
    ["/billing/v1/invoices", "/billing/v1"],
    ["/billing/v1/admin", "/billing/v1/admin"],
    ["/billing/v1/admin/x", "/billing/v1/admin"],
    ["/billing/v1/administrators", "/billing/v1"],
    ["/billing/v1/ADMIN", "/billing/v1"],
    ["/Billing/v1", "/"],
    ["/billings", "/"],
    ["/.well-known/x", "/.well-known/x"],
    ["/.well-known/xy", "/"],
    ["/", "/"],
  ])("%s leads to %s", (path, prefix) => {
    expect(tableOf(...paths).match(path)?.prefix).toBe(prefix);
    expect(tableOf(...paths.reverse()).match(path)?.prefix).toBe(prefix);
  });

  test("without a route for / the rest leads nowhere", () => {
    expect(tableOf("/billing").match("/")).toBeUndefined();
    expect(tableOf("/billing").match("/bill")).toBeUndefined();
  });
});

test.each([
  ["/billing", "/billing", "/"],
  ["/billing", "/billing/", "/"],
  ["/billing", "/billing/v1/x", "/v1/x"],
  ["/billing", "/billing/billing", "/billing"],
  ["/", "/x/y", "/x/y"],
])("the prefix %s is stripped from %s once: %s", (prefix, path, expected) => {
  const route = tableOf(prefix).match(path);

  expect(route && upstreamPath(route, path)).toBe(expected);
});
