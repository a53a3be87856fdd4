export { endRun as default } from "./support/project.ts";
