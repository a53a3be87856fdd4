import { recordingLog } from "@tollgate/shared/testing/lines";
import { startServer } from "@tollgate/shared/testing/start-server";
import { parseYaml } from "@tollgate/shared/yaml-file";
import Koa from "koa";
import type { GatewayState, Step } from "../../src/context.ts";
import { createAnswerProblem } from "../../src/http/answer-problem.ts";
import { listenForTrouble } from "../../src/http/listen-for-trouble.ts";
import { createPolicy } from "../../src/routes/policy.ts";
import { routesSchema } from "../../src/routes/schema.ts";
import { canonicalise } from "../../src/steps/canonicalise.ts";
import { forward } from "../../src/steps/forward.ts";
import { identifyRequest } from "../../src/steps/identify-request.ts";
import { matchRoute } from "../../src/steps/match-route.ts";
import { reportProblems } from "../../src/steps/report-problems.ts";
import { createOpenStreams } from "../../src/upgrade/open-streams.ts";
import { createTunnels } from "../../src/upgrade/tunnels.ts";
import type { Resolve } from "../../src/upstream/address-book.ts";
import type { UpstreamEvent } from "../../src/upstream/upstream-events.ts";
import { createUpstreams } from "../../src/upstream/upstreams.ts";
import { sendRaw } from "./raw-http.ts";

export type RelayOptions = {
  /** What a route says beside its path and access, one line of YAML a member. */
  route: string[];
  resolve?: Resolve;
  /** What happens to a request before it is forwarded. */
  before?: Step;
};

/** The gateway's way from a route to its upstream, with the clock and the name server in hand. */
export async function startRelay({
  route,
  resolve,
  before = (_ctx, next) => next(),
}: RelayOptions) {
  const { log, lines } = recordingLog("gateway");
  const members = route.map((each) => `    ${each}`).join("\n");
  const text = `routes:\n  - path: /open\n    access: public\n${members}\n`;
  const policy = createPolicy(parseYaml("routes.yaml", text, routesSchema, {}), log);
  const events: UpstreamEvent[] = [];
  let ahead = 0;
  const upstreams = createUpstreams({
    log,
    now: () => performance.now() + ahead,
    observe: (event) => events.push(event),
    ...(resolve === undefined ? {} : { resolve }),
  });
  upstreams.retain(policy.table.routes);
  const answerProblem = createAnswerProblem(log);
  const onRevoked = () => () => {};
  const streams = createOpenStreams({ now: Date.now, toleranceSeconds: () => 0, onRevoked });
  const tunnels = createTunnels({ max: 0, streams, traffic: { active: 0 } });
  const app = new Koa<GatewayState>()
    .use(identifyRequest())
    .use(reportProblems(answerProblem))
    .use(canonicalise())
    .use(matchRoute(() => policy))
    .use(before)
    .use(forward({ upstreams, policy: () => policy, answerProblem, streams, tunnels }));
  app.on("error", () => {}); // what befalls a connection after its answer began
  const handler = app.callback();
  const server = await startServer(handler);
  listenForTrouble(server.server, handler, () => {});
  return {
    url: server.url,
    port: server.port,
    server: server.server,
    lines,
    events,
    upstreams,
    report: () => upstreams.report(),
    fetch: (init?: RequestInit) => fetch(`${server.url}/open`, init),
    raw: (request: string) => sendRaw(server.port, request),
    /** Lets time pass for breakers, ejections and names; requests' own deadlines stay. */
    pass: (ms: number) => {
      ahead += ms;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await upstreams[Symbol.asyncDispose]();
    },
  };
}
