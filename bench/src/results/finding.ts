/** What was found beside what is asked for. */
export type Finding = {
  what: string;
  bound: "at least" | "at most";
  wanted: number;
  found: number;
  /** Written behind both figures. */
  unit: string;
  /** Digits behind the point. */
  digits: number;
  /** A share of the bar: what repeated runs of the same thing differ by. None for what is counted. */
  noise: number;
};

export type Verdict = "met" | "within noise" | "MISSED";

/** Figures of time and memory move by this much from run to run on a machine that is quiet. */
export const usualNoise = 0.05;

/** Fails closed: a figure that is not a number misses its bar. */
export function judge({ bound, wanted, found, noise }: Finding): Verdict {
  const isAtLeast = bound === "at least";
  if (isAtLeast ? found >= wanted : found <= wanted) return "met";
  const slack = wanted * noise;
  return (isAtLeast ? found >= wanted - slack : found <= wanted + slack)
    ? "within noise"
    : "MISSED";
}
