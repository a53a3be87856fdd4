/** The demo cannot go on, for a reason that its reader can do something about. */
export class DemoError extends Error {
  override readonly name = "DemoError";
}
