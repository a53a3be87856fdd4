import { describe, expect, test } from "@jest/globals";
import { ConfigError } from "@tollgate/shared/config";
import { parseYaml } from "@tollgate/shared/yaml-file";
import { routesSchema } from "../../src/routes/schema.ts";

function faultsOf(text: string): readonly string[] {
  try {
    parseYaml("gateway.yaml", text, routesSchema, {});
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

const publicRoute = (more: string) =>
  `routes: [{ path: /a, upstream: http://localhost:1, access: public, ${more} }]`;
const guarded = (more: string, rule = "methods: [GET]") =>
  `issuers: [{ issuer: i, jwks_uri: http://localhost:1 }]
routes: [{ path: /a, upstream: http://localhost:1, audience: a, rules: [{ ${rule} }], ${more} }]`;
const path = (text: string) =>
  `routes: [{ path: "${text}", upstream: http://localhost:1, access: public }]`;
const upstream = (text: string) => `routes: [{ path: /a, upstream: "${text}", access: public }]`;
const proxies = (text: string) => `trusted_proxies: ["${text}"]\n${path("/a")}`;

describe("what could open a hole is a fault, with its place:", () => {
  const faults: [why: string, text: string, fault: RegExp][] = [
    ["no routes", "routes: []", /routes/],
    [
      "a route that says neither public nor for whom",
      "routes: [{ path: /a, upstream: http://localhost:1 }]",
      /1:10: routes\.0/,
    ],
    ["an access of another name", publicRoute("").replace("public", "everyone"), /access/],
    [
      "a guarded route without rules",
      guarded("").replace("rules: [{ methods: [GET] }]", "rules: []"),
      /rules/,
    ],
    [
      "a public route with rules, which nobody would ask",
      publicRoute("rules: [{ methods: [GET] }]"),
      /rules/,
    ],
    [
      "a public route with identity headers, of nobody",
      publicRoute("identity: { X-User-Id: sub }"),
      /identity/,
    ],
    ["a misspelt key", guarded("strip_prefx: true"), /strip_prefx/],
    ["a misspelt condition", guarded("", "methods: [GET], any_scopes: [a]"), /any_scopes/],
    ["a method in lower case", guarded("", "methods: [get]"), /methods/],
    ["TRACE", guarded("", "methods: [TRACE]"), /methods/],
    [
      "an empty list of scopes, which would ask for nothing",
      guarded("", "methods: [GET], scopes: []"),
      /scopes/,
    ],
    ["two scopes in one word", guarded("", "methods: [GET], scopes: [a b]"), /must be a scope/],
    ["a quote in a scope", guarded("", "methods: [GET], any_scope: ['a\"']"), /must be a scope/],
    ["a quote in the audience", guarded("").replace("audience: a", "audience: 'a\"b'"), /audience/],
    ["an issuer that is not configured", guarded("issuers: [j]"), /j is not among the issuers/],
    [
      "the same path twice",
      `routes: [${["/a", "/a"].map((each) => `{ path: ${each}, upstream: http://localhost:1, access: public }`)}]`,
      /here twice/,
    ],
    ["a path with a slash at its end", path("/a/"), /plain path/],
    ["a path with an octet", path("/%61"), /plain path/],
    ["a path with a dot segment", path("/a/../b"), /dot segments/],
    ["a path that the gateway answers itself", path("/problems/x"), /\/problems/],
    ["an upstream over plain http far away", upstream("http://example.com"), /must be https/],
    ["an upstream with a path", upstream("http://localhost:1/a"), /origin/],
    ["an upstream with a password", upstream("http://:secret@localhost:1"), /user or password/],
    ["a proxy that is everybody", proxies("0.0.0.0/0"), /everybody/],
    ["proxies that are everybody in two halves", proxies("0.0.0.0/1"), /everybody/],
    ["a proxy that is everybody by another spelling", proxies("0.0.0.0/00"), /range|everybody/],
    ["a proxy that is everybody in IPv6", proxies("::/0"), /everybody/],
    ["a proxy by name", proxies("proxy.internal"), /address or a range/],
    ["a proxy in an old way to write addresses", proxies("127.1"), /address or a range/],
    [
      "an identity header that a client can send",
      guarded("identity: { X-Name: sub }"),
      /reserved identity headers/,
    ],
    [
      "an identity header that says where a request is from",
      guarded("identity: { X-Forwarded-For: sub }"),
      /reserved identity headers/,
    ],
    [
      "an identity header that is another's alias",
      guarded("identity: { X_User_Id: sub }"),
      /reserved identity headers/,
    ],
    [
      "an identity header twice",
      guarded("identity: { X-User-Id: sub, x-user-id: act }"),
      /here twice/,
    ],
  ];

  test.each(faults)("%s", (_why, text, fault) => {
    const found = faultsOf(text);

    expect(found.join("\n")).toMatch(fault);
    expect(found[0]).toMatch(/^gateway\.yaml:\d+:\d+: /);
  });

  test("and the ground they were changed from is without fault", () => {
    for (const text of [publicRoute(""), guarded(""), path("/a"), proxies("10.0.0.0/8")]) {
      expect(faultsOf(text)).toEqual([]);
    }
  });
});
