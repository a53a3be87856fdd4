import { runService } from "@tollgate/shared/run-service";
import { runIssuer } from "./run-issuer.ts";

await runService("issuer", process.env, (running) => runIssuer(process.env, running));
