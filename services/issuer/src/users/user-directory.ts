import type { Log } from "@tollgate/shared/log";
import type { Follower } from "../store/follow-store.ts";
import { indexPeople, type People, takenName } from "./people.ts";
import { type User, userSchema } from "./user.ts";
import type { StoredUser, UserStore } from "./user-store.ts";

export type UserDirectory = {
  readonly follow: Follower;
  /** Undefined until the store was read for the first time: who is disabled is not known before. */
  people(): People | undefined;
  /** Rejects with the reason while that is so. */
  check(): Promise<void>;
};

/** The people whom the file declares, and who was added, switched off and on while running. */
export function createUserDirectory(
  declared: ReadonlyMap<string, User>,
  store: UserStore,
  log: Log,
): UserDirectory {
  let present: People | undefined;
  let stamp: string | undefined;

  return {
    people: () => present,
    async check() {
      if (present === undefined) throw new Error("the users have not been read yet");
    },
    async follow({ users }) {
      if (users.stamp === stamp) return;
      present = mergePeople(declared, await store.all(), log);
      stamp = users.stamp;
    },
  };
}

/** The file comes first: somebody stored who bears a name of its people is nobody. */
export function mergePeople(
  declared: ReadonlyMap<string, User>,
  stored: readonly StoredUser[],
  log: Log,
): People {
  const merged = new Map(declared);
  const ofFile = indexPeople(declared.values());
  for (const { sub, definition, enabled } of stored) {
    const user = declared.get(sub) ?? readDefinition(sub, definition, ofFile, log);
    if (user !== undefined) merged.set(sub, { ...user, enabled: user.enabled && enabled });
  }
  return indexPeople(merged.values());
}

/** A definition that no longer holds is a person whom nobody can be. */
function readDefinition(sub: string, definition: unknown, ofFile: People, log: Log) {
  if (definition === null) return undefined; // of somebody who is in the file no more
  const read = userSchema.safeParse(definition);
  const taken = read.success ? takenName(read.data, ofFile) : undefined;
  if (read.success && taken === undefined) return read.data;
  const reason = taken
    ? `${taken} is somebody else's in the file`
    : read.error?.issues.map(({ message }) => message).join("; ");
  log.error({ event: "user_unreadable", sub, reason }, "a stored user cannot be read");
  return undefined;
}
