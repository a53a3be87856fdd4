import type { FeedStatus } from "./issuer-revocations.ts";

/**
 * The state of all feeds in words, for /readyz: "ok", or which are lost and since when. `isReady` is
 * false where a lost feed has its issuer's tokens refused: this gateway can serve none of them.
 */
export function describeFeeds(statuses: readonly FeedStatus[]): { isReady: boolean; text: string } {
  const lost = statuses.filter(({ isLost }) => isLost);
  return {
    isReady: lost.every(({ whenLost }) => whenLost === "allow"),
    text: lost.map(describe).join("; ") || "ok",
  };
}

function describe({ issuer, ageSeconds }: FeedStatus): string {
  if (ageSeconds === undefined) return `the feed of ${issuer} was never read`;
  return `the feed of ${issuer} is lost for ${Math.round(ageSeconds)} s`;
}
