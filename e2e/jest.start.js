export { startRun as default } from "./support/project.ts";
