import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { output } from "./run.ts";

/** The repository's root, where the Compose files are. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

const prefix = "tollgate-e2e-";

/** Projects of one run share its part of the name, so that another run's are left alone. */
export function newProject(): string {
  return `${prefix}${process.env.E2E_RUN ?? "alone"}-${randomBytes(4).toString("hex")}`;
}

/** Jest's global set-up: the images are built once a run, and every stack of it uses these. */
export async function startRun(): Promise<void> {
  process.env.E2E_RUN = randomBytes(3).toString("hex");
  const timeoutMs = 900_000;
  await output("docker", ["compose", "build", "--quiet"], { cwd: root, timeoutMs });
}

/** Jest's global tear-down: takes away what a test that was interrupted left. */
export async function endRun(): Promise<void> {
  const projects = await output("docker", ["compose", "ls", "--all", "--quiet"], { cwd: root });
  const ours = `${prefix}${process.env.E2E_RUN}-`;
  for (const project of projects.split("\n").filter((name) => name.startsWith(ours))) {
    const down = ["compose", "--project-name", project, "down", "--volumes", "--timeout", "1"];
    await output("docker", down, { cwd: root });
  }
}
