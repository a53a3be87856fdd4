/** What a code means, and what to do about it: for the page behind a problem's `type`. */
export type Guidance = readonly [status: number, meaning: string, remedy: string];

export type Guide = Readonly<Record<string, Guidance>>;
