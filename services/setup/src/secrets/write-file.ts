import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Writes a file whole or not at all: whoever reads it, also after a crash, sees all of it. It can
 * be read by any user of the one container that its folder is mounted in; the top folder cannot.
 */
export async function writeFileWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const temporary = `${path}.${process.pid}.new`;
  const file = await open(temporary, "w", 0o444);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
