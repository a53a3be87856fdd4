import type { Env } from "@tollgate/shared/config";
import type { Log } from "@tollgate/shared/log";
import { parseYaml, readYamlFile } from "@tollgate/shared/yaml-file";
import { createTrustedIssuers } from "../keys/trusted-issuers.ts";
import { type RoutesFile, routesSchema } from "./schema.ts";

/** Reads the text of a routes' file, or throws a ConfigError with every fault of it. */
export function readRoutes(path: string, text: string | undefined, env: Env): RoutesFile {
  // What could not be read before is read once more: the fault then says why.
  if (text === undefined) return readYamlFile(path, routesSchema, env);
  return parseYaml(path, text, routesSchema, env);
}

/** Throws what putting the text in force would throw, secrets' files included; changes nothing. */
export function checkRoutes(path: string, text: string | undefined, env: Env, log: Log): void {
  createTrustedIssuers(readRoutes(path, text, env).issuers, log);
}
