import { readFileSync } from "node:fs";

export type WatchOptions = {
  path: string;
  /** Its text as it was read last. */
  text: string | undefined;
  onChange: (text: string | undefined) => unknown;
  pollMs?: number;
};

export type WatchedFile = Disposable & {
  /** Reports the text as it is now, changed or not. */
  readNow(): void;
};

/**
 * Reports a file's text when it has become another and stayed that for one more look: what is half
 * written is not yet meant. Comparing content works on every mount and for every way to replace a
 * file (rename, Kubernetes' symbolic links, writing in place); the kernel's notices do not.
 */
export function watchFile({ path, text, onChange, pollMs = 500 }: WatchOptions): WatchedFile {
  let reported = text;
  let candidate = text;

  function report(current: string | undefined): void {
    reported = current;
    candidate = current;
    onChange(current);
  }

  const poll = setInterval(() => {
    const current = readRoutesFile(path);
    if (current === reported) candidate = current;
    else if (current === candidate) report(current);
    else candidate = current;
  }, pollMs).unref();

  return {
    readNow: () => report(readRoutesFile(path)),
    [Symbol.dispose]: () => clearInterval(poll),
  };
}

/** Undefined when it cannot be read. */
export function readRoutesFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
