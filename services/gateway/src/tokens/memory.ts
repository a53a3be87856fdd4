/** A bounded memory in two generations: what was asked for lately survives, the rest is dropped whole. */
export type Memory<T> = {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  readonly size: number;
  readonly weight: number;
};

export type MemoryBounds<T> = {
  capacity: number;
  /** The bound on what all values weigh together. */
  maxWeight?: number;
  weigh?: (value: T) => number;
};

/**
 * Keeps at least the keys used last, up to half of either bound, and never more than the whole, at
 * the price of one look-up: no list is kept in order of use.
 */
export function createMemory<T>({
  capacity,
  maxWeight = Number.POSITIVE_INFINITY,
  weigh = () => 0,
}: MemoryBounds<T>): Memory<T> {
  const half = Math.max(1, Math.floor(capacity / 2));
  let recent = createGeneration(weigh);
  let older = createGeneration(weigh);

  function set(key: string, value: T): void {
    recent.delete(key);
    older.delete(key);
    const weight = weigh(value);
    if (weight > maxWeight / 2) return;
    if (recent.values.size >= half || recent.weight + weight > maxWeight / 2) {
      older = recent;
      recent = createGeneration(weigh);
    }
    recent.add(key, value);
  }

  return {
    get size() {
      return recent.values.size + older.values.size;
    },
    get weight() {
      return recent.weight + older.weight;
    },
    get(key) {
      const found = recent.values.get(key);
      if (found !== undefined) return found;
      const aged = older.values.get(key);
      if (aged !== undefined) set(key, aged);
      return aged;
    },
    set,
    delete(key) {
      recent.delete(key);
      older.delete(key);
    },
  };
}

function createGeneration<T>(weigh: (value: T) => number) {
  const values = new Map<string, T>();
  let weight = 0;
  return {
    values: values as ReadonlyMap<string, T>,
    get weight() {
      return weight;
    },
    add(key: string, value: T): void {
      values.set(key, value);
      weight += weigh(value);
    },
    delete(key: string): void {
      const value = values.get(key);
      if (value !== undefined && values.delete(key)) weight -= weigh(value);
    },
  };
}
