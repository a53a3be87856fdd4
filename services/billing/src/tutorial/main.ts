import { type Env, readTogether } from "@tollgate/shared/config";
import { runService } from "@tollgate/shared/run-service";
import { loadConfig } from "../config.ts";
import { startBilling } from "../start-billing.ts";
import { answerSecret, loadTutorialConfig, tutorialVerifier } from "./answer-secret.ts";

/** The same billing, and the tutorial's `GET /`. Nothing here is reachable from the other main.ts. */
await runService("billing", process.env, load, async ({ config, tutorial }, { log, stopped }) => {
  log.warn(
    { event: "tutorial_started" },
    "the tutorial is for learning: a secret that is shared signs its tokens",
  );
  const wrap = answerSecret(tutorialVerifier(tutorial.secretKey));
  await using billing = await startBilling(config, { log, wrap });
  await Promise.race([stopped, billing.fault]);
});

function load(env: Env) {
  return readTogether({ config: () => loadConfig(env), tutorial: () => loadTutorialConfig(env) });
}
