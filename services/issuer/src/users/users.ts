import { limitConcurrency } from "../limits/limit-concurrency.ts";
import { isPasswordOf, nobodysHash, type PasswordHash } from "./password-hash.ts";
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
  /** Everybody by `sub`, disabled ones too, as of that moment. */
  all: () => ReadonlyMap<string, User>;
  isPasswordOf: (password: string, hash: PasswordHash) => Promise<boolean>;
};

export function createUsers({ all, isPasswordOf }: UsersDeps): Users {
  function findBy(matches: (user: User) => boolean): User | undefined {
    return all()
      .values()
      .find((user) => user.enabled && matches(user));
  }

  return {
    async logIn(typed, password, _ip) {
      const username = canonicalUsername(typed);
      const user = findBy((each) => each.username === username);
      const proven = await isPasswordOf(password, user?.password ?? nobodysHash);
      return proven ? user : undefined;
    },
    find(sub) {
      const user = all().get(sub);
      return user?.enabled ? user : undefined;
    },
    findFederated: (provider, subject) =>
      findBy(({ federated }) =>
        federated.some((link) => link.provider === provider && link.subject === subject),
      ),
  };
}

/** Two hashes take 256 MiB, and half of the threads that sign tokens as well. */
export function limitedPasswordCheck(): UsersDeps["isPasswordOf"] {
  const limited = limitConcurrency(2, 32);
  return (password, hash) => limited(() => isPasswordOf(password, hash));
}
