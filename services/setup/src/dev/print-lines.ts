import { styleText } from "node:util";
import { type LogLine, wordsOf } from "./processes/log-line.ts";

type Style = Parameters<typeof styleText>[0];

/**
 * Prints what the services say, one line each, while it is open: until all have started they have
 * much to tell that is about each other's absence. Colours follow the terminal.
 */
export function createPrinter(write: (line: string) => void) {
  let isOpen = false;
  return {
    open: () => {
      isOpen = true;
    },
    close: () => {
      isOpen = false;
    },
    print(line: LogLine) {
      if (!isOpen) return;
      const service = styleText("cyan", String(line.service).padEnd(8));
      const style = styles.get(line.level);
      const said = style === undefined ? sentence(line) : styleText(style, sentence(line));
      write(`${styleText("dim", clockTime(line.time))} ${service} ${said}`);
      if (isBreakdown(line) && line.err?.stack) write(styleText("dim", line.err.stack));
    },
  };
}

const styles: ReadonlyMap<string, Style> = new Map<string, Style>([
  ["warn", "yellow"],
  ["error", "red"],
  ["fatal", "red"],
]);

/** A warning is a sentence; where something broke, the place belongs to it. */
function isBreakdown({ level }: LogLine): boolean {
  return level === "error" || level === "fatal";
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
