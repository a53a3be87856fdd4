import type { Caller } from "@tollgate/shared/tokens/caller";

/** Why a stream was ended by the gateway, and by neither of its sides. */
export type Cause = "token_expired" | "token_revoked" | "going_away";

type End = (cause: Cause) => void;

/**
 * What goes on after its request was judged: tunnels, and answers without an end. A token is proven
 * once for all of it, so it lasts no longer than the token does.
 */
export type OpenStreams = {
  /** Calls `end` when the stream's time has come. Call what this returns once it is over. */
  add(caller: Caller | undefined, end: End): () => void;
  /** Ends all of them, and whatever is added later: the process is to stop. */
  leave(): void;
  readonly size: number;
};

export type OpenStreamsDeps = {
  now: () => number;
  /** How long after its `exp` a token of this issuer is still taken. */
  toleranceSeconds: (issuer: string) => number;
  /** Calls `listener` when the caller's token is revoked; returns how to stop listening. */
  onRevoked: (caller: Caller, listener: () => void) => () => void;
};

/** The longest that a timer of Node's can wait, in milliseconds. */
const longestWait = 2 ** 31 - 1;

export function createOpenStreams(deps: OpenStreamsDeps): OpenStreams {
  const { now, toleranceSeconds, onRevoked } = deps;
  const streams = new Set<End>();
  let isLeaving = false;

  /** Returns how to watch no more. */
  function watch(caller: Caller, end: End): () => void {
    const endsAt = (caller.expiresAt + toleranceSeconds(caller.issuer)) * 1_000;
    const wait = Math.min(endsAt - now(), longestWait);
    const timer = setTimeout(() => end("token_expired"), wait);
    const stop = onRevoked(caller, () => end("token_revoked"));
    return () => {
      clearTimeout(timer);
      stop();
    };
  }

  return {
    get size() {
      return streams.size;
    },
    add(caller, end) {
      const unwatch = caller === undefined ? undefined : watch(caller, end);
      streams.add(end);
      if (isLeaving) end("going_away");
      return () => {
        unwatch?.();
        streams.delete(end);
      };
    },
    leave() {
      isLeaving = true;
      for (const end of streams) end("going_away");
    },
  };
}
