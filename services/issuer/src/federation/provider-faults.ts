import type { Client } from "../clients/client.ts";
import type { AccessFault } from "../resources/check-access.ts";
import type { Resource } from "../resources/resource.ts";
import type { OutsideProvider } from "./outside-provider.ts";

type Declared = {
  /** Our own identifier. */
  issuer: string;
  resources: readonly Resource[];
  clients: readonly Client[];
};

/** What a provider is to give must be there to be given: the faults, each with its place in it. */
export function providerFaults(provider: OutsideProvider, declared: Declared): AccessFault[] {
  return [
    ...ownFaults(provider, declared),
    ...newcomerFaults(provider, declared),
    ...exchangeFaults(provider, declared),
  ];
}

/** Our own tokens would pass for an outsider's, and be judged by what is declared of him. */
function ownFaults(provider: OutsideProvider, { issuer }: Declared): AccessFault[] {
  if (URL.parse(provider.issuer)?.href !== URL.parse(issuer)?.href) return [];
  return [{ path: ["issuer"], message: "must be somebody else's: it is our own, ISSUER_URL" }];
}

function newcomerFaults(provider: OutsideProvider, { resources }: Declared): AccessFault[] {
  const { newcomers, login } = provider;
  // A session outlives the claims that it began with, and would go on with less or with too much.
  const message = "people who log in have no claims here: link them to users";
  const path = ["newcomers", "tenant"];
  const fleeting = login && typeof newcomers?.tenant === "object" ? [{ path, message }] : [];
  const faults = (newcomers?.access ?? []).flatMap(
    ({ resource: identifier, scopes, where }, at) => {
      const path = ["newcomers", "access", at];
      if (login && where) return [{ path: [...path, "where"], message }];
      const resource = resources.find((each) => each.identifier === identifier);
      if (resource === undefined) {
        const message = `"${identifier}" is not among the resources`;
        return [{ path: [...path, "resource"], message }];
      }
      return scopes.flatMap((scope, position) => {
        if (resource.scopes.includes(scope)) return [];
        const message = `"${scope}" is not a scope of ${identifier}`;
        return [{ path: [...path, "scopes", position], message }];
      });
    },
  );
  return [...fleeting, ...faults];
}

/** Clients may be added while the issuer runs, so that only one that is declared can be at fault. */
function exchangeFaults({ exchange }: OutsideProvider, declared: Declared): AccessFault[] {
  if (exchange === undefined) return [];
  const clients = exchange.clients.flatMap((id, at) => {
    const client = declared.clients.find((each) => each.client_id === id);
    if (client === undefined || client.access.some((access) => access.exchange)) return [];
    const message = `"${id}" may exchange for no resource`;
    return [{ path: ["exchange", "clients", at], message }];
  });
  const scopes = Object.entries(exchange.scopes.values).flatMap(([theirs, ours]) =>
    ours.flatMap((scope, at) => {
      if (declared.resources.some((resource) => resource.scopes.includes(scope))) return [];
      const path = ["exchange", "scopes", "values", theirs, at];
      return [{ path, message: `"${scope}" is no resource's scope` }];
    }),
  );
  return [...clients, ...scopes];
}
