import { Writable } from "node:stream";
import { createLog } from "../log.ts";

/** A log whose lines a test can read back. */
export function recordingLog(service = "test") {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).split("\n").filter(Boolean)) lines.push(JSON.parse(line));
      done();
    },
  });
  return { log: createLog(service, "trace", sink), lines };
}
