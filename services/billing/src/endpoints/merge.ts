/**
 * Applies a merge patch (RFC 7396) to an object's members. What a patch leaves out stays, and one
 * that asks for what is so already changes nothing.
 */
export function merge<T extends object, P extends { [K in keyof T]?: T[K] | undefined }>(
  seen: T,
  patch: P,
): { merged: Pick<T, keyof P & keyof T>; changed: string[] } {
  const entries = Object.entries(patch).map(([name, value]) => {
    const before = seen[name as keyof T];
    return [name, value === undefined ? before : value, before] as const;
  });
  const changed = entries.filter(([, value, before]) => value !== before).map(([name]) => name);
  const merged = Object.fromEntries(entries.map(([name, value]) => [name, value]));
  return { merged: merged as Pick<T, keyof P & keyof T>, changed }; // its members are the patch's
}
