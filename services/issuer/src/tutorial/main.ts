import { type Env, readTogether } from "@tollgate/shared/config";
import { runService } from "@tollgate/shared/run-service";
import { loadConfig } from "../config.ts";
import { runIssuer } from "../run-issuer.ts";
import { answerRoot, loadTutorialConfig } from "./answer-root.ts";

/** The same issuer, and the tutorial's `GET /`. Nothing here is reachable from the other main.ts. */
await runService("issuer", process.env, load, async ({ config, tutorial }, running) => {
  running.log.warn(
    { event: "tutorial_started" },
    "GET / gives a token to anybody: this is for learning, never for anything real",
  );
  await runIssuer(config, running, answerRoot(tutorial));
});

function load(env: Env) {
  return readTogether({ config: () => loadConfig(env), tutorial: () => loadTutorialConfig(env) });
}
