/** Wakes those who wait for the deny-list to grow. */
export type News = Disposable & {
  /** No more news will come: whoever reads gets what there is. */
  readonly closed: boolean;
  /** Resolves at the next change; to be taken before the list is read, or a change is missed. */
  next(): Promise<void>;
  /** Wakes everybody, if this is a stamp that was not heard of yet. */
  heard(stamp: string): void;
};

/** After disposal every wait is over at once: nobody holds up a process that stops. */
export function createNews(): News {
  let last: string | undefined;
  let closed = false;
  let change = Promise.withResolvers<void>();

  return {
    get closed() {
      return closed;
    },
    next: () => (closed ? Promise.resolve() : change.promise),
    heard(stamp) {
      if (stamp === last) return;
      last = stamp;
      change.resolve();
      change = Promise.withResolvers();
    },
    [Symbol.dispose]() {
      closed = true;
      change.resolve();
    },
  };
}
