/** A bounded memory in two generations: what was asked for lately survives, the rest is dropped whole. */
export type Memory<T> = {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  clear(): void;
  readonly size: number;
};

/**
 * Keeps at least the last `capacity / 2` keys that were used and never more than `capacity`, at the
 * price of one look-up: no list is kept in order of use.
 */
export function createMemory<T>(capacity: number): Memory<T> {
  const half = Math.max(1, Math.floor(capacity / 2));
  let recent = new Map<string, T>();
  let older = new Map<string, T>();

  function set(key: string, value: T): void {
    if (recent.size >= half && !recent.has(key)) {
      older = recent;
      recent = new Map();
    }
    recent.set(key, value);
  }

  return {
    get size() {
      return recent.size + older.size;
    },
    get(key) {
      const found = recent.get(key);
      if (found !== undefined) return found;
      const aged = older.get(key);
      if (aged !== undefined) {
        older.delete(key);
        set(key, aged);
      }
      return aged;
    },
    set,
    delete(key) {
      recent.delete(key);
      older.delete(key);
    },
    clear() {
      recent = new Map();
      older = new Map();
    },
  };
}
