import { DevError } from "../dev-error.ts";
import { launchService, type ServiceLaunch } from "./launch-service.ts";

/** Runs a job to its end; aborted, the job is told to stop. */
export async function runOnce(job: ServiceLaunch, stopped: AbortSignal): Promise<void> {
  stopped.throwIfAborted();
  const running = launchService(job);
  stopped.addEventListener("abort", running.stop);
  const { how, lastWords } = await running.ended;
  stopped.removeEventListener("abort", running.stop);
  stopped.throwIfAborted();
  if (how !== "status 0") throw new DevError(`${job.name}: ${lastWords || how}`);
}
