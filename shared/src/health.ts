import type { RequestListener, ServerResponse } from "node:http";
import type { Registry } from "prom-client";

/** What a service needs before it can serve, by name: each resolves, or rejects with the reason. */
export type ReadinessChecks = Readonly<Record<string, Check | RemarkingCheck>>;

type Check = () => Promise<void> | void;
/** Resolves with "ok", or with what is worth saying of a part that serves all the same. */
type RemarkingCheck = () => Promise<string> | string;

/** What /metrics shows: a registry, or one that gathers from several processes. */
export type Metrics = Pick<Registry, "metrics" | "contentType">;

export type Checked = { ready: boolean; checks: Record<string, string> };

const checkTimeoutMs = 2_000;

/** The admin port: /healthz (alive), /readyz (can serve, or which part cannot), /metrics. */
export function createAdmin(
  checks: ReadinessChecks | (() => ReadinessChecks),
  metrics: Metrics,
): RequestListener {
  return function answerAdmin(request, response) {
    const path = request.url?.split("?", 1)[0];
    if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405, {});
    if (path === "/healthz") return answer(response, 200, { alive: true });
    if (path === "/readyz") {
      return orFail(
        response,
        answerReady(response, typeof checks === "function" ? checks() : checks),
      );
    }
    if (path === "/metrics") return orFail(response, answerMetrics(response, metrics));
    return answer(response, 404, {});
  };
}

/** A figure that cannot be read is no reason for the process to end. */
function orFail(response: ServerResponse, answering: Promise<void>): void {
  answering.catch((cause: Error) => answer(response, 500, { error: cause.message }));
}

async function answerReady(response: ServerResponse, checks: ReadinessChecks) {
  const checked = await runChecks(checks);
  answer(response, checked.ready ? 200 : 503, checked);
}

/** Runs every check at once, none for longer than two seconds. */
export async function runChecks(checks: ReadinessChecks): Promise<Checked> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await outcome(check)] as const),
  );
  return {
    ready: results.every(([, { isReady }]) => isReady),
    checks: Object.fromEntries(results.map(([name, { text }]) => [name, text])),
  };
}

async function outcome(
  check: ReadinessChecks[string],
): Promise<{ isReady: boolean; text: string }> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer in time")), checkTimeoutMs);
  try {
    const remark = await Promise.race([check(), late]);
    return { isReady: true, text: remark ?? "ok" };
  } catch (cause) {
    const isNamed = cause instanceof Error && cause.message !== "";
    return { isReady: false, text: isNamed ? cause.message : "failed" };
  } finally {
    clearTimeout(timer);
  }
}

async function answerMetrics(response: ServerResponse, metrics: Metrics) {
  try {
    const text = await metrics.metrics();
    response.writeHead(200, { "content-type": metrics.contentType }).end(text);
  } catch {
    answer(response, 500, {});
  }
}

function answer(response: ServerResponse, status: number, body: unknown) {
  response
    .writeHead(status, { "content-type": "application/json", "cache-control": "no-store" })
    .end(`${JSON.stringify(body)}\n`);
}
