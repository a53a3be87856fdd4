/** PostgreSQL cannot run on this machine or for this user, for a reason that its reader can mend. */
export class CannotRun extends Error {
  override readonly name = "CannotRun";
}
