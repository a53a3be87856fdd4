/** Random numbers that a seed repeats (mulberry32), so that a failure can be looked at again. */
export function seededRandom(seed: number) {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick: <T>(from: readonly T[]): T => from[below(from.length)] as T,
    /** Up to `most` of them, joined. */
    some: (from: readonly string[], most: number) =>
      Array.from({ length: below(most + 1) }, () => from[below(from.length)]).join(""),
  };
}
