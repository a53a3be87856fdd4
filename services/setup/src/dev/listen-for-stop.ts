export type StopListening = { tell: (line: string) => void; now: () => number };

/** The first signal asks the stack to stop, a later one forces it. */
export function listenForStop({ tell, now }: StopListening) {
  const stop = new AbortController();
  const force = new AbortController();
  let askedAt: number | undefined;

  function onSignal(): void {
    if (askedAt === undefined) {
      askedAt = now();
      tell("Stopping: what is in flight is finished. Ctrl-C again stops at once.");
      stop.abort();
    } else if (now() - askedAt > oneCtrlCMs) {
      force.abort();
    }
  }

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  return { stopped: stop.signal, forced: force.signal };
}

/** npm and the terminal may both pass on the same Ctrl-C. */
const oneCtrlCMs = 300;
