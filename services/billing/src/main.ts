import { runService } from "@tollgate/shared/run-service";
import { loadConfig } from "./config.ts";
import { startBilling } from "./start-billing.ts";

await runService("billing", process.env, loadConfig, async (config, { log, stopped }) => {
  await using billing = await startBilling(config, { log });
  await Promise.race([stopped, billing.fault]);
});
