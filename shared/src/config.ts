import { readFileSync } from "node:fs";
import * as z from "zod";

export type Env = Readonly<Record<string, string | undefined>>;

/** Everything that is wrong with a configuration, found in one pass: one sentence a fault. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join("; "));
    this.faults = faults;
  }
}

/** One method a kind of variable. Without a default the variable is required. */
export type Reader = ReturnType<typeof createReader>;

/** Reads a service's variables into one object, or throws a ConfigError that names all faults. */
export function readConfig<T>(env: Env, build: (read: Reader) => T): T {
  const faults: string[] = [];
  const config = build(createReader(env, (fault) => faults.push(fault)));
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

type Parts = Record<string, () => unknown>;
type Together<P extends Parts> = { [Name in keyof P]: ReturnType<P[Name]> };

/** Reads parts that do not depend on each other, and throws the faults of all of them at once. */
export function readTogether<P extends Parts>(parts: P): Together<P> {
  const faults: string[] = [];
  const read = Object.entries(parts).map(([name, part]) => {
    try {
      return [name, part()];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(...error.faults);
      return [name, undefined];
    }
  });
  if (faults.length > 0) throw new ConfigError(faults);
  // Each part's own result under its own name; TypeScript cannot follow fromEntries.
  return Object.fromEntries(read) as Together<P>;
}

function createReader(env: Env, report: (fault: string) => void) {
  /** A value that failed is reported and never used: readConfig throws before it returns. */
  function unusable<T>(fault: string): T {
    report(fault);
    return undefined as T;
  }

  function value<T>(name: string, rule: Rule<T>, byDefault?: T): T {
    const given = env[name];
    if (given === undefined || given === "") {
      if (byDefault !== undefined) return byDefault;
      return unusable(
        `${name} is not set: it must be ${rule.expects}, like ${name}=${rule.example}`,
      );
    }
    const parsed = rule.schema.safeParse(given);
    if (parsed.success) return parsed.data;
    return unusable(
      `${name} is "${withoutCredentials(given)}": it must be ${rule.expects}, like ${name}=${rule.example}`,
    );
  }

  return {
    text(name: string, { example }: { example: string }, byDefault?: string) {
      return value(name, { schema: z.string(), expects: "text", example }, byDefault);
    },

    /** The address to listen on: every one of the machine's where it is not set. */
    host(name: string): string | undefined {
      if (!env[name]) return undefined;
      const schema = z.union([z.ipv4(), z.ipv6()]);
      return value(name, { schema, expects: "an IP address", example: "127.0.0.1" });
    },

    integer(name: string, { min, max }: { min: number; max: number }, byDefault?: number) {
      const schema = z
        .string()
        .regex(/^-?\d{1,15}$/)
        .transform(Number)
        .pipe(z.number().min(min).max(max));
      const expects = `a whole number from ${min} to ${max}`;
      return value(name, { schema, expects, example: String(byDefault ?? min) }, byDefault);
    },

    /** An issuer's identifier (RFC 8414 section 2): a URL that is compared letter by letter. */
    issuer(name: string, { example }: { example: string }, byDefault?: string) {
      const schema = z.url({ protocol: /^https?$/ });
      return value(name, { schema, expects: "an http or https URL", example }, byDefault);
    },

    /** Where something is: an absolute http or https URL, without a slash at its end. */
    url(name: string, { example }: { example: string }, byDefault?: string) {
      const schema = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));
      return value(name, { schema, expects: "an http or https URL", example }, byDefault);
    },

    /** Where a PostgreSQL database is and who logs in; the password comes from a file of its own. */
    postgresUrl(name: string, { example }: { example: string }, byDefault?: string) {
      const schema = z
        .url({ protocol: /^postgres(ql)?$/ })
        .transform((url) => new URL(url))
        .refine(({ username, pathname }) => username !== "" && pathname.length > 1)
        .refine(({ password }) => password === "");
      const expects = "a postgres URL with a user and a database, and without a password";
      return value(
        name,
        { schema, expects, example },
        byDefault === undefined ? undefined : new URL(byDefault),
      );
    },

    oneOf<const Choice extends string>(
      name: string,
      choices: readonly Choice[],
      byDefault?: Choice,
    ) {
      const expects = `one of ${choices.join(", ")}`;
      const rule: Rule<Choice> = { schema: z.enum(choices), expects, example: choices[0] ?? "" };
      return value(name, rule, byDefault);
    },

    /** The content of the file that the variable names: how every secret reaches a service. */
    secretFile(name: string, { example }: { example: string }, byDefault?: string): string {
      const path = value(
        name,
        { schema: z.string(), expects: "a file's path", example },
        byDefault,
      );
      if (path === undefined) return path;
      const file = isPathLike(path) ? path : "a file"; // it could be the secret itself
      try {
        const secret = readFileSync(path, "utf8").trim();
        if (secret !== "") return secret;
        return unusable(`${name} names ${file}, which is empty: it must hold the secret`);
      } catch (cause) {
        const reason = (cause as NodeJS.ErrnoException).code ?? "unreadable";
        return unusable(`${name} names ${file}, which cannot be read (${reason})`);
      }
    },
  };
}

/** A fault goes into the log, where no password may be. */
function withoutCredentials(text: string): string {
  return text.replace(/:\/\/.*@/s, "://…@");
}

function isPathLike(text: string): boolean {
  return /^(\.{0,2}\/)?[\w.-]+(\/[\w.-]+)+$/.test(text);
}

type Rule<T> = { schema: z.ZodType<T>; expects: string; example: string };
