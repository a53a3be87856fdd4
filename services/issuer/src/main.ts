import { runService } from "@tollgate/shared/run-service";
import { loadConfig } from "./config.ts";
import { runIssuer } from "./run-issuer.ts";

await runService("issuer", process.env, loadConfig, runIssuer);
