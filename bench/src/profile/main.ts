import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@tollgate/shared/testing/free-port";
import { runWrk } from "../load/run-wrk.ts";
import { moveToLoadCore } from "../machine/child.ts";
import { attachInspector } from "../machine/inspector.ts";
import { startIssuer } from "../machine/issuer.ts";
import { startNginx } from "../machine/nginx.ts";
import { checkPrerequisites } from "../machine/prerequisites.ts";
import { say } from "../machine/say.ts";
import { makeWorkFolder } from "../machine/work-folder.ts";
import { startGateway } from "../peers/start-gateway.ts";
import { startNodePeer } from "../peers/start-node-peer.ts";
import { measure } from "../rounds/measure.ts";
import { workloadNamed } from "../workloads/all.ts";
import { writeTokens } from "../workloads/write-tokens.ts";
import { attribute } from "./attribute.ts";
import { costsTables } from "./costs-tables.ts";

// What each step of a request costs. BENCH_ONLY names the workload, BENCH_SECONDS how long;
// BENCH_PEER=floor looks at the floor instead, for what is any proxy's.
const workload = workloadNamed(process.env.BENCH_ONLY ?? "one-token");
const seconds = Number(process.env.BENCH_SECONDS ?? 10);
const isFloor = process.env.BENCH_PEER === "floor";
const results = join(import.meta.dirname, "../../results");

checkPrerequisites();
moveToLoadCore();
const folder = makeWorkFolder();
await using issuer = await startIssuer(folder);
await using nginx = await startNginx(folder);
const tokens = await writeTokens(issuer, folder);
const port = await freePort();
const nodeArguments = [`--inspect=127.0.0.1:${port}`];
const surroundings = { folder, issuer, upstream: nginx.url };
await using peer = isFloor
  ? await startNodePeer("floor", surroundings, nodeArguments)
  : await startGateway(surroundings, { nodeArguments });
using inspector = await attachInspector(port);

const load = (duration: number) => runWrk(peer.url, workload.load(tokens), duration, folder);
await load(5); // for nothing: what is not compiled yet costs something else
const unwatched = await measure(peer, () => load(seconds));
let requests = 0;
const profile = await inspector.profileDuring(async () => {
  ({ requests } = await load(seconds));
});

mkdirSync(results, { recursive: true });
writeFileSync(join(results, "gateway.cpuprofile"), JSON.stringify(profile));
say(`Workload: ${workload.title}. ${unwatched.cpuMicros.toFixed(1)} CPU µs a request; the profile`);
say(`(bench/results/gateway.cpuprofile) is scaled to that, as sampling costs something itself.\n`);
say(costsTables(attribute(profile), unwatched.cpuMicros));
if (requests === 0) process.exitCode = 1;
