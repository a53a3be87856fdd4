import type { Pressure } from "./pressure.ts";

const everyMs = 50;

/** Tells `pressure` twenty times a second how late this process's event loop is. */
export function watchPressure(pressure: Pressure): Disposable {
  let due = performance.now() + everyMs;
  const probe = setInterval(() => {
    const time = performance.now();
    pressure.observe(Math.max(0, time - due));
    due = time + everyMs;
  }, everyMs).unref();
  return { [Symbol.dispose]: () => clearInterval(probe) };
}
