import { asymmetricAlgorithms } from "@tollgate/shared/tokens/verify-signature";
import ipaddr from "ipaddr.js";
import * as z from "zod";
import { isInternalHost } from "./internal-host.ts";
import { duration, size } from "./units.ts";

/** The shape of config/gateway.yaml (DESIGN: docs/gateway.md explains every key). */

const guardedUrl = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .refine((text) => isGuarded(text), {
    error: "must be https: plain http is for loopback, private addresses and single-label names",
  });

const origin = guardedUrl
  .refine((text) => URL.canParse(text) && isBare(new URL(text)), {
    error: "must be an origin like http://billing:8080, without path or query",
  })
  .transform((text) => new URL(text).origin);

const issuerName = z.string().min(1);
const tokenTypes = z.array(z.string().min(1)).min(1);

const jwks = z
  .strictObject({
    fresh: duration.default(600_000),
    cooldown: duration.default(30_000),
    failure_cooldown: duration.default(5_000),
    stale: duration.default(3_600_000),
    timeout: duration.default(3_000),
  })
  .prefault({});

const bounds = {
  max_lifetime: duration.default(3_600_000),
  clock_tolerance: duration
    .refine((ms) => ms <= 60_000, { error: "must be at most 60s" })
    .default(5_000),
};

const keyedIssuer = z.strictObject({
  issuer: issuerName,
  jwks_uri: guardedUrl,
  algorithms: z.array(z.enum(asymmetricAlgorithms)).min(1).default(["ES256", "EdDSA", "RS256"]),
  token_types: tokenTypes.default(["at+jwt"]),
  jwks,
  ...bounds,
});

/** A shared secret exists for the tutorial alone; its routes must say so with `tutorial`. */
const tutorialIssuer = z.strictObject({
  issuer: issuerName,
  secret_file: z.string().min(1),
  algorithms: z.tuple([z.literal("HS256")]),
  token_types: tokenTypes.default(["JWT"]),
  ...bounds,
});

const issuer = z.union([keyedIssuer, tutorialIssuer]);

const words = z.array(z.string().min(1)).min(1);
const methods = z
  .array(z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]))
  .min(1);

const rule = z.strictObject({
  methods,
  scopes: words.optional(),
  any_scope: words.optional(),
  roles: words.optional(),
  any_role: words.optional(),
  token_use: z.enum(["service", "user"]).optional(),
});

const path = z
  .string()
  .regex(
    /^\/([\w.~-]+(\/[\w.~-]+)*)?$/,
    "must be a plain path like /billing, with no slash at its end",
  )
  .refine((text) => !text.split("/").some((segment) => /^\.+$/.test(segment)), {
    error: "must have no dot segments",
  });

const timeouts = z
  .strictObject({
    connect: duration.default(1_000),
    headers: duration.default(10_000),
    idle: duration.default(30_000),
    total: duration.default(60_000),
  })
  .prefault({});

const rate = z.strictObject({
  requests: z.int().min(1).max(1_000_000),
  per: duration.refine((ms) => ms >= 1, { error: "must be at least 1ms" }),
  key: z.enum(["client", "subject", "address"]).default("client"),
});

const limits = z
  .strictObject({ body: size.default(1_048_576), rate: rate.optional() })
  .prefault({});

const forwarding = {
  path,
  strip_prefix: z.boolean().default(false),
  upstream: z.union([origin.transform((one) => [one]), z.array(origin).min(1)], {
    error: "must be an origin or a list of them",
  }),
  timeouts,
  limits,
};

const publicRoute = z.strictObject({ ...forwarding, access: z.literal("public") });

const protectedRoute = z.strictObject({
  ...forwarding,
  access: z.literal("token").default("token"),
  audience: z.string().min(1),
  issuers: words.optional(),
  rules: z.array(rule).min(1),
  tutorial: z.strictObject({ token_header: z.string().regex(/^[A-Za-z][A-Za-z-]*$/) }).optional(),
});

const cidr = z.string().refine((text) => ipaddr.isValid(text) || ipaddr.isValidCIDR(text), {
  error: "must be an address or a range like 10.0.0.0/8",
});

export const routesSchema = z
  .strictObject({
    issuers: z.array(issuer).default([]),
    trusted_proxies: z.array(cidr).default([]),
    routes: z.array(z.union([publicRoute, protectedRoute])).min(1),
  })
  .superRefine((file, context) => {
    const fault = (where: (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path: where, message });
    checkUnique(
      file.routes.map((each) => each.path),
      "path",
      "routes",
      fault,
    );
    checkUnique(
      file.issuers.map((each) => each.issuer),
      "issuer",
      "issuers",
      fault,
    );
    checkIssuersOfRoutes(file, fault);
  });

export type RoutesFile = z.infer<typeof routesSchema>;
export type IssuerEntry = RoutesFile["issuers"][number];
export type RouteEntry = RoutesFile["routes"][number];
export type ProtectedEntry = Extract<RouteEntry, { access: "token" }>;
export type Rule = z.infer<typeof rule>;
export type Timeouts = z.infer<typeof timeouts>;
export type Rate = z.infer<typeof rate>;

type Fault = (where: (string | number)[], message: string) => void;

function isBare({ pathname, search, hash, username }: URL): boolean {
  return pathname === "/" && search === "" && hash === "" && username === "";
}

function isGuarded(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || isInternalHost(hostname);
}

function checkUnique(values: string[], key: string, list: string, fault: Fault): void {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) !== index) fault([list, index, key], `${value} is here twice`);
  }
}

function checkIssuersOfRoutes(
  file: { issuers: z.infer<typeof issuer>[]; routes: RouteEntry[] },
  fault: Fault,
): void {
  const byName = new Map(file.issuers.map((each) => [each.issuer, each]));
  for (const [index, route] of file.routes.entries()) {
    if (route.access === "public") continue;
    const names = route.issuers ?? [...byName.keys()];
    if (names.length === 0)
      fault(["routes", index, "path"], "needs an issuer, but none is configured");
    for (const name of names) {
      const found = byName.get(name);
      if (!found) fault(["routes", index, "issuers"], `${name} is not among the issuers`);
      else if ("secret_file" in found && !route.tutorial) {
        fault(
          ["routes", index, "path"],
          `the shared secret of ${name} is for tutorial routes alone`,
        );
      }
    }
  }
}
