import { readText } from "@tollgate/shared/http/read-text";
import {
  longestRevocationWait,
  type RevocationFeed,
  revocationFeedSchema,
  revocationPageSize,
} from "@tollgate/shared/revocations/feed";

const maxBytes = 1_048_576;
const maxCursorLength = 1_024;

export type FeedQuestion = {
  url: string;
  /** The cursor of the page before; undefined asks for everything that is in force. */
  since: string | undefined;
  /** How long the issuer may wait for news, in whole seconds. */
  waitSeconds: number;
};

/** Asks the feed once. Rejects on anything but a page that keeps to the contract. */
export type ReadFeed = (question: FeedQuestion, signal: AbortSignal) => Promise<RevocationFeed>;

/** A redirect is refused: the configuration alone says whose word counts. */
export const readFeed: ReadFeed = async ({ url, since, waitSeconds }, signal) => {
  const address = new URL(url);
  if (since !== undefined) address.searchParams.set("since", since);
  address.searchParams.set("wait", String(Math.min(waitSeconds, longestRevocationWait)));
  const response = await fetch(address, {
    signal,
    redirect: "error",
    headers: { accept: "application/json" },
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the feed answered ${response.status}`);
  }
  return checkPage(await readText(response, maxBytes), since);
};

function checkPage(text: string, since: string | undefined): RevocationFeed {
  const parsed = revocationFeedSchema.safeParse(parseJson(text));
  if (!parsed.success) throw new Error("the answer is not a page of the feed");
  const { cursor, reset, revocations } = parsed.data;
  if (cursor.length > maxCursorLength) throw new Error("the cursor is too long");
  if (revocations.length > revocationPageSize) throw new Error("the page has too many entries");
  if (since === undefined && !reset) throw new Error("the list does not begin at its beginning");
  // Asking again would bring the same page again, without end.
  if (revocations.length > 0 && cursor === since) throw new Error("the cursor stands still");
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
