import { randomBytes } from "node:crypto";
import type { Log } from "@tollgate/shared/log";
import { formatPasswordHash } from "@tollgate/shared/password-hash";
import { type AuditEvent, recordOf } from "../audit/audit-event.ts";
import type { Parts } from "../open-parts.ts";
import { problem } from "../problems.ts";
import { accessFaults } from "../resources/check-access.ts";
import { untilNow } from "../revocation/until-now.ts";
import { passwordFault } from "../users/password-policy.ts";
import { type People, takenName } from "../users/people.ts";
import { canonicalUsername, type User, userSchema } from "../users/user.ts";
import { mergePeople } from "../users/user-directory.ts";
import type { StoredUser } from "../users/user-store.ts";
import { inputOf, invalid } from "./read-json.ts";

type Definition = Record<string, unknown>;

export type UserChange = {
  event: AuditEvent["event"];
  to: (before: StoredUser | undefined, all: readonly StoredUser[]) => StoredUser;
  /** The tokens that were minted until now, or all that the person is logged in with. */
  ends?: "tokens" | "everything";
  details?: Definition;
};

/** What an operator's commands about people have in common. */
export function createUserEditor(parts: Parts, log: Log) {
  const { userStore, registry, passwordWork, trail, wake, now } = parts;
  const merge = (stored: readonly StoredUser[]) => mergePeople(registry.users, stored, log);
  const everybody = async (): Promise<People> => merge(await userStore.all());

  return {
    everybody,

    /** By sub or by username, or 404. */
    async find(named: string): Promise<User> {
      const { bySub, byUsername } = await everybody();
      const user = bySub.get(named) ?? byUsername.get(canonicalUsername(named));
      if (user !== undefined) return user;
      throw problem("not_found", { detail: `There is no user ${named}` });
    },

    async change(sub: string, { event, to, ends, details }: UserChange): Promise<void> {
      const record = recordOf({ event, sub, by: "operator", ...details });
      await userStore.change(sub, to, {
        audit: [{ record, at: new Date(now()) }],
        revocations: ends ? [{ kind: "subject", value: sub, ...untilNow(now()) }] : [],
        signsOut: ends === "everything",
      });
      trail.logged(log, record);
      wake();
    },

    /** The hash to keep, and the password itself when it was made here: to be shown once. */
    async choosePassword(typed: string | undefined, username: string) {
      const chosen = typed ?? randomBytes(18).toString("base64url");
      const fault = passwordFault(chosen, username);
      if (fault !== undefined) throw invalid(`the password is refused: ${fault}`);
      const hash = formatPasswordHash(await passwordWork.hashPassword(chosen));
      return { hash, shown: typed === undefined ? { password: chosen } : {} };
    },

    /** Somebody as they are to be stored, or 400 with what would not hold. */
    checked(definition: Definition, enabled: boolean, all: readonly StoredUser[]): StoredUser {
      const user = inputOf(userSchema, definition);
      const [fault] = accessFaults(user, [...registry.resources.values()]);
      if (fault) throw invalid(`${fault.path.join(".")}: ${fault.message}`);
      const taken = takenName(user, merge(all));
      if (taken !== undefined) throw invalid(`${taken} is somebody else's`);
      return { sub: user.sub, definition, enabled };
    },
  };
}
