#!/usr/bin/env node
import { ConfigError, type Env } from "@tollgate/shared/config";
import { readYamlFile } from "@tollgate/shared/yaml-file";
import { routesSchema } from "../routes/schema.ts";

/** `tollgate-gateway check FILE`: says whether the gateway would take the file, and exits 0 or 1. */
function run([command, path, ...rest]: string[], env: Env): number {
  if (command !== "check" || path === undefined || rest.length > 0) {
    process.stderr.write("usage: tollgate-gateway check FILE\n");
    return 2;
  }
  try {
    const { routes, issuers } = readYamlFile(path, routesSchema, env);
    process.stdout.write(`${path}: good, ${routes.length} routes, ${issuers.length} issuers\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.faults.join("\n")}\n`);
    return 1;
  }
}

process.exitCode = run(process.argv.slice(2), process.env);
