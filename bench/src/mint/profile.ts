import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@tollgate/shared/testing/free-port";
import { runWrk } from "../load/run-wrk.ts";
import { moveToLoadCore } from "../machine/child.ts";
import { attachInspector } from "../machine/inspector.ts";
import { checkPrerequisites } from "../machine/prerequisites.ts";
import { say } from "../machine/say.ts";
import { makeWorkFolder } from "../machine/work-folder.ts";
import { attribute } from "../profile/attribute.ts";
import { costsTables } from "../profile/costs-tables.ts";
import { measure } from "../rounds/measure.ts";
import { startMintingIssuer } from "./start-minting-issuer.ts";
import { prepareMinting } from "./surroundings.ts";

// What each part of a token costs. BENCH_SECONDS says how long to look.
const seconds = Number(process.env.BENCH_SECONDS ?? 10);
const results = join(import.meta.dirname, "../../results");

checkPrerequisites();
moveToLoadCore();
const folder = makeWorkFolder();
await using surroundings = await prepareMinting(folder);
const { postgresPort, load: request } = surroundings;
const port = await freePort();
const nodeArguments = [`--inspect=127.0.0.1:${port}`];
await using issuer = await startMintingIssuer({ folder, postgresPort, nodeArguments });
using inspector = await attachInspector(port);

const load = (duration: number) =>
  runWrk(`${issuer.origin}/oauth/token`, request, duration, folder);
await load(8); // for nothing: what is not compiled yet costs something else
const unwatched = await measure(issuer, () => load(seconds));
const profile = await inspector.profileDuring(() => load(seconds));

mkdirSync(results, { recursive: true });
writeFileSync(join(results, "mint.cpuprofile"), JSON.stringify(profile));
say(
  `${unwatched.cpuMicros.toFixed(1)} CPU µs a token; the profile (bench/results/mint.cpuprofile)`,
);
say("is scaled to that, as sampling costs something itself.\n");
say(costsTables(attribute(profile), unwatched.cpuMicros));
