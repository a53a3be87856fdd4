import type { User } from "./user.ts";

/** Everybody, disabled ones too, by each of the names that one is found by. */
export type People = {
  readonly bySub: ReadonlyMap<string, User>;
  readonly byUsername: ReadonlyMap<string, User>;
  readonly byLink: ReadonlyMap<string, User>;
};

export function indexPeople(users: Iterable<User>): People {
  const [bySub, byUsername, byLink] = [new Map(), new Map(), new Map<string, User>()];
  for (const user of users) {
    bySub.set(user.sub, user);
    byUsername.set(user.username, user);
    for (const { provider, subject } of user.federated) byLink.set(linkOf(provider, subject), user);
  }
  return { bySub, byUsername, byLink };
}

/** No provider's name has a space. */
export function linkOf(provider: string, subject: string): string {
  return `${provider} ${subject}`;
}

/** Which of a person's names is somebody else's already, in words. */
export function takenName(user: User, people: People): string | undefined {
  const another = (found: User | undefined) => found !== undefined && found.sub !== user.sub;
  if (another(people.byUsername.get(user.username))) return `the username ${user.username}`;
  const link = user.federated.find(({ provider, subject }) =>
    another(people.byLink.get(linkOf(provider, subject))),
  );
  return link && `the link to ${link.subject} of ${link.provider}`;
}
