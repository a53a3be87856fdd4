import type { Log } from "@tollgate/shared/log";
import { insertAuditRows } from "./audit/audit-event.ts";
import { createAuditTrail } from "./audit/audit-trail.ts";
import { createClientDirectory } from "./clients/client-directory.ts";
import { createClientRest } from "./clients/client-rest.ts";
import { createPostgresClientStore } from "./clients/client-store.ts";
import { createFindClient } from "./clients/find-client.ts";
import type { IssuerConfig } from "./config.ts";
import { createPostgresConsentStore } from "./consents/consent-store.ts";
import { createFindRights } from "./exchange/find-rights.ts";
import { createOutsideTokenReader } from "./exchange/read-outside-token.ts";
import { createFindNewcomer, createRecognisePerson } from "./federation/recognise-person.ts";
import { algorithmsOf, createEngineRoom } from "./keys/engine-room.ts";
import { keepKeys } from "./keys/keep-keys.ts";
import { createPostgresKeyStore } from "./keys/key-store.ts";
import { createPostgresAttempts } from "./limits/postgres-attempts.ts";
import { createPersonGrants } from "./resources/grant-person.ts";
import { createNews } from "./revocation/news.ts";
import { createOwnTokenReader, type ReadOwnToken } from "./revocation/own-tokens.ts";
import { createPostgresRevocationStore } from "./revocation/postgres-revocation-store.ts";
import type { RevocationStore } from "./revocation/revocation-store.ts";
import { createEndGrant, type EndGrant } from "./sessions/end-grants.ts";
import { createEndSession } from "./sessions/end-session.ts";
import { openDatabase } from "./store/database.ts";
import { followStore } from "./store/follow-store.ts";
import { createPostgresEngineStore } from "./store/postgres-engine-store.ts";
import { sweepStore } from "./store/sweep-store.ts";
import { readVersions } from "./store/versions.ts";
import { createKnownAddresses } from "./users/known-addresses.ts";
import { createLockout } from "./users/lockout.ts";
import { createPasswordWork } from "./users/password-work.ts";
import { createUserDirectory } from "./users/user-directory.ts";
import { createPostgresUserStore } from "./users/user-store.ts";
import { createUsers, type Users } from "./users/users.ts";

export type Parts = ReturnType<typeof openParts>;

/** The one place where the issuer's parts meet: what is stored, what is kept of it, and who looks after it. */
export function openParts(config: IssuerConfig, log: Log, now: () => number = Date.now) {
  const opened = new AsyncDisposableStack();
  const database = opened.use(openDatabase(config.databaseUrl, log));
  const insert = (rows: Parameters<typeof insertAuditRows>[1]) => insertAuditRows(database, rows);
  const trail = opened.use(createAuditTrail({ insert, log, now }));

  const store = createPostgresEngineStore(database, now);
  const clientStore = createPostgresClientStore(database);
  const directory = createClientDirectory(config.registry.clients, clientStore, log);
  const findClient = createFindClient(directory.all);
  const attempts = createPostgresAttempts(database, now);
  const rest = createClientRest(attempts, now);
  const passwordWork = createPasswordWork();
  const userStore = createPostgresUserStore(database);
  const userDirectory = createUserDirectory(config.registry.users, userStore, log);
  const addresses = createKnownAddresses(database, now);
  const users = createUsers({
    people: userDirectory.people,
    refresh: async () => await userDirectory.follow(await readVersions(database)),
    isPasswordOf: passwordWork.isPasswordOf,
    lockout: createLockout(attempts, addresses),
    trail,
    log,
  });
  const readOwnToken: ReadOwnToken = (token) => readToken(token);
  const { providers } = config.registry;
  const recognisePerson = createRecognisePerson(users.findFederated);
  const readOutsideToken = createOutsideTokenReader({
    issuer: config.issuer,
    ...{ providers, recognisePerson, log, now },
    revocations: { isRevoked: (token) => revocations.isRevoked(token) },
  });
  const consents = createPostgresConsentStore(database);
  const endGrant: EndGrant = (grantId) => endOneGrant(grantId);
  const findNewcomer = createFindNewcomer(providers, users.findFederated);
  const findUser: Users["find"] = (sub) => users.find(sub) ?? findNewcomer(sub);
  const findRights = createFindRights(findClient, { find: findUser });
  const room = createEngineRoom(config, {
    ...{
      store,
      findClient,
      findUser,
      rest,
      trail,
      consents,
      readOwnToken,
      findRights,
      readOutsideToken,
      endGrant,
      now,
    },
    personGrants: createPersonGrants(config.issuer, config.registry),
  });
  const kept = keepKeys({
    store: createPostgresKeyStore(database, config.wrappingKeys),
    algorithms: algorithmsOf(config),
    timing: config.keyTiming,
    trail,
    log,
    now,
    onKeys: room.useKeys,
  });

  const news = createNews();
  const deny = createPostgresRevocationStore(database, now);
  const followed = opened.use(
    followStore(
      () => readVersions(database),
      [
        directory.follow,
        userDirectory.follow,
        rest.follow,
        kept.follow,
        ({ revocations }) => news.heard(revocations.stamp),
      ],
      log,
    ),
  );
  const revocations: RevocationStore = {
    ...deny,
    async add(added) {
      await deny.add(added);
      followed.wake();
    },
  };
  const endSession = createEndSession({ store, endGrant });
  opened.use(sweepStore([store, revocations, attempts, addresses], log));
  const endOneGrant = createEndGrant({ store, revocations, trail, log, now });
  const { findKey } = room;
  const readToken = createOwnTokenReader({ issuer: config.issuer, findKey, revocations, now });

  return {
    ...{ database, store, clientStore, directory, findClient, rest, trail, kept, news, now },
    ...{
      users,
      findUser,
      recognisePerson,
      userStore,
      userDirectory,
      passwordWork,
      consents,
      endSession,
    },
    registry: config.registry,
    ...{ revocations, readOwnToken, wake: followed.wake, engine: room.engine, keys: room.keys },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
