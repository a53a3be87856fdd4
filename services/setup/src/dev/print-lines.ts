import pretty from "pino-pretty";
import { type LogLine, wordsOf } from "./processes/log-line.ts";

/**
 * Prints what the services say, one line each, while it is open: until all have started they have
 * much to tell that is about each other's absence.
 */
export function createPrinter(write: (text: string) => void) {
  const format = pretty.prettyFactory({
    colorize: pretty.isColorSupported,
    include: "err", // all else that is shown is in the message
    errorLikeObjectKeys: ["err"],
    messageFormat: (line, _key, _level, { colors }) => {
      const { time, level, service } = line as LogLine;
      const paint = { warn: colors.yellow, error: colors.red, fatal: colors.red }[level];
      const head = `${colors.dim(clockTime(time))} ${colors.cyan(String(service).padEnd(8))}`;
      const said = sentence(line as LogLine);
      return `${head} ${paint ? paint(said) : said}`;
    },
  });
  let isOpen = false;
  return {
    open: () => {
      isOpen = true;
    },
    close: () => {
      isOpen = false;
    },
    print: (line: LogLine) => {
      if (isOpen) write(format({ ...line, err: stackOf(line) }));
    },
  };
}

/** A warning is a sentence; where something broke, so is the place. */
function stackOf({ level, err }: LogLine) {
  if (err === undefined || level === "warn" || level === "info") return undefined;
  return { type: err.type, message: err.message, stack: err.stack };
}

function clockTime(time: unknown): string {
  return new Date(String(time)).toTimeString().slice(0, 8);
}

function sentence(line: LogLine): string {
  if (line.event !== "request_answered") return wordsOf(line);
  const { method, route, status, duration_ms, client_id, reason } = line;
  const who = client_id === undefined ? "" : `for ${client_id}`;
  return [method, route, status, reason, who, `${duration_ms} ms`].filter(Boolean).join(" ");
}
