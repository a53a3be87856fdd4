import { nobodysHash, type PasswordHash } from "@tollgate/shared/password-hash";
import { problem } from "../problems.ts";
import { linkOf, type People } from "./people.ts";
import { canonicalUsername, type User } from "./user.ts";

/** The people who may act. Who is disabled is nobody: not found, and not logged in. */
export type Users = {
  /**
   * Who this is, if the password is theirs and they may log in now. Undefined says no more than
   * that, after as much work: there is nothing to learn about an account. Throws
   * `dependency_unavailable` when it cannot be told.
   */
  logIn(username: string, password: string, ip: string): Promise<User | undefined>;
  find(sub: string): User | undefined;
  /** The one whom this subject of an outside provider is linked to. */
  findFederated(provider: string, subject: string): User | undefined;
};

export type UsersDeps = {
  /** As of that moment; undefined until it is known. */
  people: () => People | undefined;
  isPasswordOf: (password: string, hash: PasswordHash) => Promise<boolean>;
};

export function createUsers({ people, isPasswordOf }: UsersDeps): Users {
  return {
    async logIn(typed, password, _ip) {
      const known = people();
      if (known === undefined) throw unavailable();
      const user = enabled(known.byUsername.get(canonicalUsername(typed)));
      const proven = await isPasswordOf(password, user?.password ?? nobodysHash);
      return proven ? user : undefined;
    },
    find: (sub) => enabled(people()?.bySub.get(sub)),
    findFederated: (provider, subject) => enabled(people()?.byLink.get(linkOf(provider, subject))),
  };
}

function enabled(user: User | undefined): User | undefined {
  return user?.enabled ? user : undefined;
}

function unavailable() {
  const detail = "Who may log in cannot be had at the moment";
  return problem("dependency_unavailable", { detail, headers: { "retry-after": "2" } });
}
