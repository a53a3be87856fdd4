import type { IncomingMessage } from "node:http";
import type { Log } from "@tollgate/shared/log";
import { createTokenVerifier } from "@tollgate/shared/tokens/verify-token";
import { createTrail } from "../http/trail.ts";
import { createTrustedIssuers, type TrustedIssuers } from "../keys/trusted-issuers.ts";
import { rememberVerified, type VerifiedTokens } from "../tokens/remember-verified.ts";
import { createVerificationLane } from "../tokens/verification-lane.ts";
import { createProvenance, type Provenance } from "../upstream/provenance.ts";
import { createRouteTable, type RouteTable } from "./route-table.ts";
import type { RoutesFile } from "./schema.ts";

/** Everything that the routes' file decides, made ready for the requests. */
export type Policy = {
  readonly table: RouteTable;
  readonly provenance: Provenance;
  readonly issuers: RoutesFile["issuers"];
  /** Who a request comes from, as far as that can be believed: for limits and for the log. */
  readonly clientAddress: (req: IncomingMessage) => string;
  readonly overload: RoutesFile["overload"];
  readonly trusted: TrustedIssuers;
  readonly proveToken: VerifiedTokens["proveToken"];
  readonly tokenFigures: VerifiedTokens["figures"];
  /** What the issuers were read from: equal text, equal issuers. */
  readonly issuersText: string;
};

/** An issuer that did not change keeps its keys; when none did, what was proven is kept too. */
export function createPolicy(file: RoutesFile, log: Log, previous?: Policy): Policy {
  const issuersText = JSON.stringify(file.issuers);
  warnOfTutorial(file.routes, log);
  const follow = createTrail(file.trusted_proxies, file.proxy_header);
  const kept =
    previous?.issuersText === issuersText ? previous : trust(file, log, previous?.trusted);
  return {
    table: createRouteTable(file.routes),
    provenance: createProvenance(follow),
    issuers: file.issuers,
    clientAddress: (req) => follow(req).addresses[0] ?? "unknown",
    overload: file.overload,
    trusted: kept.trusted,
    proveToken: kept.proveToken,
    tokenFigures: kept.tokenFigures,
    issuersText,
  };
}

type Trust = Pick<Policy, "trusted" | "proveToken" | "tokenFigures">;

function trust(file: RoutesFile, log: Log, previous?: TrustedIssuers): Trust {
  const trusted = createTrustedIssuers(file.issuers, log, previous);
  for (const { client } of trusted.clients) if (!client.isUsable()) void client.warmUp();
  const { proveToken, figures } = rememberVerified({
    verifyToken: createTokenVerifier(trusted.issuers),
    keysInForce: trusted.keysInForce,
    toleranceSeconds: trusted.toleranceSeconds,
    lane: createVerificationLane({}, Date.now),
    now: Date.now,
  });
  return { trusted, proveToken, tokenFigures: figures };
}

function warnOfTutorial(routes: RoutesFile["routes"], log: Log): void {
  for (const { path, ...route } of routes) {
    if (route.access === "public" || route.tutorial === undefined) continue;
    log.warn(
      { event: "tutorial_route", route: path },
      "this route takes tokens signed with a shared secret: it is for learning, not for use",
    );
  }
}
