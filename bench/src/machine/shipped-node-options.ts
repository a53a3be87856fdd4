import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the image of a checkout says to Node; nothing unless it does. */
export function shippedNodeOptions(root: string): string {
  const dockerfile = readFileSync(join(root, "services/Dockerfile"), "utf8");
  return /^ENV NODE_OPTIONS=(.+)$/m.exec(dockerfile)?.[1] ?? "";
}
