import type { ProtectedEntry, RouteEntry } from "./schema.ts";

/** A row of the table, with what is asked on every request worked out ahead. */
export type Route = {
  readonly prefix: string;
  readonly entry: RouteEntry;
  /** Undefined for a public route, which had to say so. */
  readonly guard: ProtectedEntry | undefined;
};

export type RouteTable = {
  /** The route with the longest prefix of whole segments, if any. */
  match(path: string): Route | undefined;
  readonly routes: readonly Route[];
};

export function createRouteTable(entries: readonly RouteEntry[]): RouteTable {
  const routes = entries
    .map(
      (entry): Route => ({
        prefix: entry.path,
        entry,
        guard: entry.access === "public" ? undefined : entry,
      }),
    )
    .sort((a, b) => b.prefix.length - a.prefix.length);

  return {
    routes,
    match: (path) => routes.find(({ prefix }) => isUnder(path, prefix)),
  };
}

/** `/billing` leads to `/billing` and `/billing/…`, and not to `/billings`. */
export function isUnder(path: string, prefix: string): boolean {
  if (prefix === "/") return true;
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === "/");
}

/** The path that the upstream gets: the matched one, less the prefix where the route strips it. */
export function upstreamPath(route: Route, path: string): string {
  if (!route.entry.strip_prefix || route.prefix === "/") return path;
  return path.slice(route.prefix.length) || "/";
}
