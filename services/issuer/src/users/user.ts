import { readFileSync } from "node:fs";
import { exampleHash, type PasswordHash, parsePasswordHash } from "@tollgate/shared/password-hash";
import * as z from "zod";
import { scopeSchema } from "../resources/resource.ts";

/** What a person may do at one resource; a client that acts for them gets no more than that. */
const accessSchema = z.strictObject({
  resource: z.string(),
  scopes: z.array(scopeSchema),
  roles: z.array(z.string().min(1).max(128)).default([]),
});

/** Whom an outside provider knows them as: its name here, and its `sub`. */
const linkSchema = z.strictObject({
  provider: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "must be a provider's name"),
  subject: z.string().min(1).max(255),
});

const usernameFault = "must be 2 to 128 of a-z 0-9 . _ @ + -";

/** A person who may log in. */
export const userSchema = z
  .strictObject({
    // Never like a client's: `sub` must tell the two apart.
    sub: z
      .string()
      .regex(/^usr_[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/, "must be usr_ and then A-Z a-z 0-9 _ -"),
    /** As `canonicalUsername` writes it; an e-mail address is one. */
    username: z.string(usernameFault).regex(/^[a-z0-9][a-z0-9._@+-]{1,127}$/, usernameFault),
    /** scrypt, in place or in a file; neither for who comes through an outside provider alone. */
    password: z.string().optional(),
    password_file: z.string().optional(),
    /** These two are for userinfo and the ID token: no access token has them. */
    name: z
      .string()
      .regex(/^[^\p{C}]{1,128}$/u, "must be 1 to 128 characters of one line")
      .optional(),
    email: z.email().max(254).optional(),
    /** Whose business they see: billing's tenant. What is theirs in it is found by `sub`. */
    tenant: z.uuid().optional(),
    enabled: z.boolean().default(true),
    access: z.array(accessSchema).default([]),
    federated: z.array(linkSchema).max(8).default([]),
  })
  .transform(({ password_file, password, ...user }, context) => {
    const hash = readHash(password, password_file, context);
    if (password === undefined && password_file === undefined && user.federated.length === 0) {
      const message = "needs a password, a password_file, or a federated login";
      context.addIssue({ code: "custom", path: ["password"], message });
    }
    return { ...user, password: hash };
  });

export type User = z.infer<typeof userSchema>;

/** Names are told apart by what they say, not by how they are typed. */
export function canonicalUsername(typed: string): string {
  return typed.normalize("NFKC").trim().toLowerCase();
}

function readHash(
  inPlace: string | undefined,
  file: string | undefined,
  context: z.core.$RefinementCtx,
): PasswordHash | undefined {
  const path = file === undefined ? "password" : "password_file";
  const fault = (message: string) =>
    void context.addIssue({ code: "custom", path: [path], message });
  if (inPlace !== undefined && file !== undefined) {
    return fault("a user has either password or password_file");
  }
  const text = file === undefined ? inPlace : readText(file, fault);
  if (text === undefined) return undefined;
  // Never with the text: somebody may have written the password itself.
  return parsePasswordHash(text) ?? fault(`${file ?? "it"} must hold ${exampleHash}`);
}

function readText(path: string, fault: (message: string) => undefined): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    return fault(`${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`);
  }
}
