import type { ServerResponse } from "node:http";
import {
  type Revocation,
  type RevocationFeed,
  revocationPageSize,
} from "@tollgate/shared/revocations/feed";
import { startServer } from "@tollgate/shared/testing/start-server";

/** An issuer's revocation feed as its contract has it: cursors, long polls, pages, a new beginning. */
export async function startRevocationFeed() {
  let entries: Revocation[] = [];
  let deployment = "a";
  let waiting: (() => void)[] = [];
  let misbehave: ((response: ServerResponse) => void) | undefined;
  const questions: string[] = [];
  const wakeAll = () => {
    for (const wake of waiting.splice(0)) wake();
  };

  /** Until there is news, or for as long as was asked for. */
  const news = (seconds: number) =>
    new Promise<void>((resolve) => {
      waiting = [...waiting, resolve];
      setTimeout(resolve, seconds * 1_000).unref();
    });

  const server = await startServer(async (request, response) => {
    const { searchParams, pathname } = new URL(request.url ?? "/", "http://feed");
    questions.push(`${pathname}${searchParams.has("since") ? "?since" : ""}`);
    if (misbehave !== undefined) return misbehave(response);
    const [from, at] = (searchParams.get("since") ?? "").split(".");
    const isKnown = from === deployment;
    const begin = isKnown ? Number(at) : 0;
    if (isKnown && begin === entries.length) await news(Number(searchParams.get("wait")));
    const page = entries.slice(begin, begin + revocationPageSize);
    const body: RevocationFeed = {
      cursor: `${deployment}.${begin + page.length}`,
      reset: !isKnown,
      revocations: page,
    };
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify(body));
  });

  return {
    url: `${server.url}/internal/revocations`,
    questions,
    revoke(...more: Partial<Revocation>[]) {
      entries = [...entries, ...more.map(entryOf)];
      wakeAll();
    },
    /** The database is restored: older entries, and cursors that nobody knows. */
    restore(older: Partial<Revocation>[]) {
      entries = older.map(entryOf);
      deployment += "a";
      wakeAll();
    },
    misbehave(how: typeof misbehave) {
      misbehave = how;
      wakeAll();
      if (how !== undefined) server.server.closeAllConnections();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function entryOf(changes: Partial<Revocation>): Revocation {
  const now = Math.floor(Date.now() / 1_000);
  return { kind: "token", value: "", not_before: now, expires_at: now + 300, ...changes };
}
