/** A line that a service wrote: of its log, or plain text from whatever else speaks. */
export type LogLine = {
  level: string;
  msg: string;
  event?: string;
  faults?: string[];
  err?: { type?: string; message?: string; stack?: string };
  [field: string]: unknown;
};

export function parseLine(service: string, text: string): LogLine {
  try {
    const found: unknown = JSON.parse(text);
    if (isObject(found)) return { ...found, ...inWords(found), service };
  } catch {
    // Node itself, when it ends the process, or a debugging print
  }
  return { level: "error", msg: text, time: new Date().toISOString(), service };
}

/** What the line comes to, for a reader of one sentence. */
export function wordsOf({ msg, err }: LogLine): string {
  return err?.message ? `${msg} (${err.message})` : msg;
}

function isObject(found: unknown): found is Record<string, unknown> {
  return typeof found === "object" && found !== null && !Array.isArray(found);
}

function inWords({ level, msg, event }: Record<string, unknown>): LogLine {
  return { level: String(level ?? "info"), msg: String(msg ?? event ?? "") };
}
