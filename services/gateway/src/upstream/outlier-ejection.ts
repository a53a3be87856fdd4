/** How one endpoint did of late, beside its peers. */
export type Standing = {
  /** Answers of the kind 5xx, or none at all, in a row. */
  errorsInARow: number;
  ejectedUntil: number;
  /** How often it was ejected without doing well for long in between. */
  ejections: number;
};

export type OutlierEjection = {
  isEjected(standing: Standing): boolean;
  /** Counts an outcome; says for how many milliseconds it was ejected for it: 0 for not. */
  record(standing: Standing, isGood: boolean, all: readonly { standing: Standing }[]): number;
};

export type EjectionOptions = { threshold?: number; baseMs?: number; maxMs?: number };

/** An endpoint about which nothing is known. */
export function newStanding(): Standing {
  return { errorsInARow: 0, ejectedUntil: Number.NEGATIVE_INFINITY, ejections: 0 };
}

/**
 * Passes a replica over that answers errors where its peers do not: by Envoy's numbers, five in a
 * row, for 30 seconds, longer each time up to 300. At most half are ejected, and so never the last:
 * when all fail alike, it is not a replica that is bad.
 */
export function createOutlierEjection(
  options: EjectionOptions,
  now: () => number,
): OutlierEjection {
  const { threshold = 5, baseMs = 30_000, maxMs = 300_000 } = options;
  const isEjected = (standing: Standing) => now() < standing.ejectedUntil;

  function mayEject(all: readonly { standing: Standing }[]): boolean {
    let ejected = 0;
    for (const { standing } of all) if (isEjected(standing)) ejected += 1;
    return ejected + 1 <= Math.floor(all.length / 2);
  }

  /** Each base time of good conduct since the last return is one ejection forgiven. */
  function nextEjection({ ejections, ejectedUntil }: Standing): number {
    if (ejections === 0) return 1;
    const forgiven = Math.floor(Math.max(0, now() - ejectedUntil) / baseMs);
    return Math.max(0, ejections - forgiven) + 1;
  }

  return {
    isEjected,
    record(standing, isGood, all) {
      if (isGood) {
        standing.errorsInARow = 0;
        return 0;
      }
      standing.errorsInARow += 1;
      if (standing.errorsInARow < threshold || isEjected(standing) || !mayEject(all)) return 0;
      standing.ejections = nextEjection(standing);
      standing.errorsInARow = 0;
      const ejectedMs = Math.min(baseMs * standing.ejections, maxMs);
      standing.ejectedUntil = now() + ejectedMs;
      return ejectedMs;
    },
  };
}
