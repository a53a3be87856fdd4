import { readFileSync } from "node:fs";
import * as z from "zod";

/** The file that our secret at an outside provider is in: what the schema yields is the secret. */
export const clientSecretSchema = z.string().transform((path, context): string => {
  const fault = (message: string) => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  try {
    const secret = readFileSync(path, "utf8").trim();
    return secret === "" ? fault(`${path} is empty`) : secret;
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? "unreadable";
    return fault(`${path} cannot be read (${reason})`);
  }
});
