import type { Log } from "@tollgate/shared/log";
import { nobodysHash, type PasswordHash } from "@tollgate/shared/password-hash";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { dependencyUnavailable } from "../problems.ts";
import type { Lockout, LoginAttempt } from "./lockout.ts";
import type { PasswordWork } from "./password-work.ts";
import { linkOf, type People } from "./people.ts";
import { canonicalUsername, type User } from "./user.ts";

/** The people who may act. Who is disabled is nobody: not found, and not logged in. */
export type Users = {
  /**
   * Who this is, if the password is theirs and they may log in now. Undefined says no more than
   * that, after as much work: there is nothing to learn about an account. Throws
   * `dependency_unavailable` when it cannot be told.
   */
  logIn(
    username: string,
    password: string,
    ip: string,
    request?: LoginRequest,
  ): Promise<User | undefined>;
  find(sub: string): User | undefined;
  /**
   * The one whom this subject of an outside provider is linked to. A link to somebody who is disabled
   * must not be taken for none: it could be good for what strangers get.
   */
  findFederated(provider: string, subject: string): User | "disabled" | undefined;
};

/** For the trail: which request this was, and the log of that. */
export type LoginRequest = { log: Log; requestId: string };

export type UsersDeps = {
  /** As of that moment; undefined until it is known. */
  people: () => People | undefined;
  /** Brings them up to date with what any replica changed. */
  refresh: () => Promise<void>;
  isPasswordOf: PasswordWork["isPasswordOf"];
  lockout: Lockout;
  trail: Pick<AuditTrail, "record">;
  log: Log;
};

export function createUsers(deps: UsersDeps): Users {
  const { people, refresh, isPasswordOf, lockout, trail, log } = deps;

  async function compare(
    password: string,
    hash: PasswordHash,
    { ip, attempt }: { ip: string; attempt: LoginAttempt | undefined },
  ): Promise<boolean> {
    try {
      if (!(await isPasswordOf(password, hash, ip))) return false;
      await refresh().catch((cause) => {
        throw unavailable(cause);
      });
      return true;
    } catch (error) {
      await attempt?.withdrawn();
      throw error;
    }
  }

  return {
    async logIn(typed, password, ip, request) {
      const known = people();
      if (known === undefined) throw unavailable();
      const username = canonicalUsername(typed);
      const somebody = known.byUsername.get(username);
      const attempt = await lockout.admit(username, ip);
      const user = attempt && enabled(somebody);
      const matches = await compare(password, user?.password ?? nobodysHash, { ip, attempt });
      // It can take seconds: meanwhile they may have been disabled, or given a new password, and whoever
      // knows the old one must not begin a session that outlives the end of all others.
      const present = enabled(people()?.byUsername.get(username));
      const proven = matches && isSamePerson(user, present);
      if (proven) await attempt?.succeeded();

      // Not the name that was typed: in its place people type their passwords.
      trail.record(request?.log ?? log, {
        ...{ event: eventOf(attempt, proven), sub: somebody?.sub, ip },
        ...(request && { request_id: request.requestId }),
        ...(!proven && attempt && { reason: reasonOf(somebody) }),
      });
      return proven ? present : undefined;
    },
    find: (sub) => enabled(people()?.bySub.get(sub)),
    findFederated(provider, subject) {
      const known = people();
      if (known === undefined) throw unavailable();
      const linked = known.byLink.get(linkOf(provider, subject));
      return linked?.enabled === false ? "disabled" : linked;
    },
  };
}

function isSamePerson(before: User | undefined, now: User | undefined): boolean {
  if (before?.password === undefined || now?.password === undefined) return false;
  return before.sub === now.sub && before.password.digest.equals(now.password.digest);
}

function eventOf(attempt: LoginAttempt | undefined, proven: boolean) {
  if (attempt === undefined) return "login_locked";
  return proven ? "login_succeeded" : "login_failed";
}

function reasonOf(somebody: User | undefined): string {
  if (somebody === undefined) return "unknown";
  return somebody.enabled ? "password" : "disabled";
}

function enabled(user: User | undefined): User | undefined {
  return user?.enabled ? user : undefined;
}

function unavailable(cause?: unknown) {
  const detail = "Who may log in cannot be had at the moment";
  return dependencyUnavailable({ detail, cause });
}
