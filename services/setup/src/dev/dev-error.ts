/** The stack cannot run here, for a reason that its reader can do something about. */
export class DevError extends Error {
  override readonly name = "DevError";
}
