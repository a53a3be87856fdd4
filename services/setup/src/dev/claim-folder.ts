import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DevError } from "./dev-error.ts";

/**
 * Lets one process at a time have the folder. The claim is a lock of the operating system, which
 * SQLite takes on every platform: it is gone with its holder, however that ends, and two that start
 * at once cannot both get it, as they could with a file that names a process.
 */
export function claimFolder(folder: string, describeHolder: () => string): Disposable {
  const file = join(folder, "dev.lock");
  const lock = new DatabaseSync(file);
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== busy) throw error;
    throw new DevError(`make dev is running already${describeHolder()}: stop that one first`);
  }
  return { [Symbol.dispose]: () => lock.close() };
}

const busy = 5; // SQLITE_BUSY
