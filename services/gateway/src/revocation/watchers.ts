import type { Log } from "@tollgate/shared/log";
import type { Caller } from "@tollgate/shared/tokens/caller";

type Watcher = { caller: Caller; listener: () => void };

/** Who wants to hear when a caller may call no more. */
export function createWatchers(log: Log) {
  const byIssuer = new Map<string, Set<Watcher>>();

  function remove(watcher: Watcher): void {
    const watchers = byIssuer.get(watcher.caller.issuer);
    watchers?.delete(watcher);
    if (watchers?.size === 0) byIssuer.delete(watcher.caller.issuer);
  }

  return {
    issuers: () => [...byIssuer.keys()],
    add(caller: Caller, listener: () => void): () => void {
      const watcher = { caller, listener };
      const watchers = byIssuer.get(caller.issuer) ?? new Set();
      byIssuer.set(caller.issuer, watchers.add(watcher));
      return () => remove(watcher);
    },
    /** Tells those of an issuer whose caller is `gone`, each once. */
    tell(issuer: string, gone: (caller: Caller) => boolean): void {
      for (const watcher of [...(byIssuer.get(issuer) ?? [])]) {
        if (!gone(watcher.caller)) continue;
        remove(watcher);
        try {
          watcher.listener();
        } catch (err) {
          log.error({ event: "revocation_listener_failed", err }); // the others are told all the same
        }
      }
    },
  };
}
