import { type DestinationStream, type Logger, pino, stdSerializers, symbols } from "pino";
import { batchLines } from "./batch-lines.ts";

export type Log = Logger;

/**
 * The one logger of a process: JSON lines on standard output, an `event` in the past tense on each.
 * Whatever could be a credential is censored here, wherever it was logged.
 */
export function createLog(service: string, level = "info", destination?: DestinationStream): Log {
  const options = {
    level,
    base: { service },
    timestamp,
    formatters: { level: (label: string) => ({ level: label }), log: censored },
    // Formatters do not see what a child logger is bound to; this does, and costs little unnested.
    redact: { paths: [...credentials].map((name) => `["${name}"]`), censor },
    serializers: { err: (err: Error) => censored(withoutMessages(stdSerializers.err(err))) },
  };
  return pino(options, destination ?? batchLines());
}

export type PlainLine = Record<string, string | number | boolean | undefined>;

/**
 * Writes lines of level `info` whose members are all named in the code, and are no credentials, past
 * pino's generic path, which costs three times as much: for the line that every request writes.
 */
export function plainLines(log: Log): (line: PlainLine) => void {
  const { [symbols.streamSym]: stream } = log as unknown as Streaming;
  const bindings = JSON.stringify(log.bindings()).slice(1, -1);
  const { info } = log.levels.values;

  return function writeLine(line) {
    if (!log.isLevelEnabled("info")) return;
    stream.lastLevel = info ?? 0;
    stream.write(`{"level":"info"${timestamp()},${bindings},${JSON.stringify(line).slice(1)}\n`);
  };
}

type Streaming = { [symbols.streamSym]: DestinationStream & { lastLevel: number } };

const timestamp = createTimestamp(Date.now);

/** Many lines of one millisecond share its text. */
function createTimestamp(now: () => number): () => string {
  let last = Number.NaN;
  let text = "";
  return () => {
    const time = now();
    if (time !== last) {
      last = time;
      text = `,"time":"${new Date(time).toISOString()}"`;
    }
    return text;
  };
}

/** What errors carry of the messages that they are about, undici's unparsed bytes for one. */
function withoutMessages<T extends object>(error: T): T {
  const { data, rawPacket, body, ...rest } = error as T & Record<string, unknown>;
  return rest as unknown as T;
}

const credentials = new Set([
  "authorization",
  "cookie",
  "set-cookie",
  "token",
  "access_token",
  "refresh_token",
  "subject_token",
  "id_token",
  "client_secret",
  "client_assertion",
  "password",
  "secret",
  "code_verifier",
]);

const censor = "[redacted]";
const deepest = 4;

/**
 * A copy without credentials, or the object itself when it has none. The wildcards of pino's own
 * `redact` would look anew for every path in every line: a fifth of a busy service's time.
 */
function censored<T extends object>(value: T, depth = 0): T {
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const member: unknown = value[name as keyof T];
    const shown = isCredential(name) ? censor : inside(member, depth);
    if (shown === member) continue;
    copy = { ...(copy ?? value), [name]: shown };
  }
  // The same members under the same names; an array has become an object with its positions.
  return (copy as T | undefined) ?? value;
}

const judged = new Map<string, boolean>();
const maxJudged = 1_000;

/** The same few names come in every line: their case is looked at once. */
function isCredential(name: string): boolean {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const verdict = credentials.has(name.toLowerCase());
  if (judged.size < maxJudged) judged.set(name, verdict);
  return verdict;
}

/** Errors are left to their serializer, which comes later. */
function inside(member: unknown, depth: number): unknown {
  if (typeof member !== "object" || member === null || depth >= deepest) return member;
  if (member instanceof Error || ArrayBuffer.isView(member)) return member;
  return censored(member, depth + 1);
}
