/** How a process ended: "status 1" or "SIGKILL", and the last thing that it said. */
export type Ended = {
  how: string;
  lastWords: string;
  /** Starting it again would end in the same way. */
  isFault: boolean;
};

export type Process = {
  ended: Promise<Ended>;
  /** Asks it to finish what it does and leave. */
  stop: () => void;
  /** Ends it now. */
  kill: () => void;
};

export function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ?? `status ${code}`;
}
