import Provider from "oidc-provider";

/** The engine gives a session another name, its cookie, after each interaction; it remembers the one before. */
function nameBefore(): string | undefined {
  const session: object | undefined = Provider.ctx?.oidc.session;
  return session && "oldId" in session ? String(session.oldId) : undefined;
}

/** Under which of the names that this request has found lies what it now writes as `id`? */
export function nameHeld(id: string, found: ReadonlyMap<string, unknown>): string | undefined {
  return [id, nameBefore()].find((name) => name !== undefined && found.has(name));
}

export function isRenamed(id: string): boolean {
  return nameBefore() === id;
}
