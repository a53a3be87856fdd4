import { runService } from "@tollgate/shared/run-service";
import { runIssuer } from "../run-issuer.ts";
import { answerRoot, loadTutorialConfig } from "./answer-root.ts";

/** The same issuer, and the tutorial's `GET /`. Nothing here is reachable from the other main.ts. */
await runService("issuer", process.env, async (running) => {
  const tutorial = loadTutorialConfig(process.env);
  running.log.warn(
    { event: "tutorial_started" },
    "GET / gives a token to anybody: this is for learning, never for anything real",
  );
  await runIssuer(process.env, running, answerRoot(tutorial));
});
