import { pino } from "pino";

/** What pino writes to; the level of the line at hand is told in `lastLevel`. */
type Destination = { write(line: string): void; flushSync(): void; lastLevel: number };

const warn = 40;
const maxWaitMs = 100;
/** A pipe takes 4096 bytes in one piece: shorter lines of processes that share it do not tear. */
const maxBytes = 4_096;

/**
 * Standard output, several lines a system call: half the price of a line under load. Warnings and
 * worse are written at once with all before them, the rest within a tenth of a second and at exit.
 */
export function batchLines(output = pino.destination({ dest: 1, sync: true })) {
  let lines = "";
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;

  function flushSync(): void {
    clearTimeout(timer);
    timer = undefined;
    if (lines === "") return;
    output.write(lines);
    lines = "";
    bytes = 0;
  }
  process.once("exit", flushSync);

  const destination: Destination = {
    lastLevel: 0,
    write(line) {
      const length = Buffer.byteLength(line);
      if (bytes + length > maxBytes) flushSync();
      lines += line;
      bytes += length;
      if (bytes >= maxBytes || destination.lastLevel >= warn) flushSync();
      else timer ??= setTimeout(flushSync, maxWaitMs).unref();
    },
    flushSync,
  };
  return Object.assign(destination, { [Symbol.for("pino.metadata")]: true });
}
