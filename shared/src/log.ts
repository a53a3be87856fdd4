import { type DestinationStream, type Logger, pino } from "pino";

export type Log = Logger;

/**
 * The one logger of a process: JSON lines on standard output, an `event` in the past tense on each.
 * Whatever could be a credential is censored here, wherever it was logged.
 */
export function createLog(service: string, level = "info", destination?: DestinationStream): Log {
  const options = {
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: credentials, censor: "[redacted]" },
  };
  return destination ? pino(options, destination) : pino(options);
}

const secretNames = [
  "authorization",
  "cookie",
  '["set-cookie"]',
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
];

const credentials = secretNames.flatMap((name) => {
  const path = name.startsWith("[") ? name : `.${name}`;
  return [path.replace(/^\./, ""), `*${path}`, `*.*${path}`];
});
