import { readFileSync } from "node:fs";
import {
  type Alias,
  type Document,
  isNode,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
  visit,
} from "yaml";
import type * as z from "zod";
import { ConfigError, type Env } from "./config.ts";

/**
 * Reads a YAML file into what `schema` describes, with `${VAR}` and `${VAR:-default}` taken from
 * the environment. Throws a ConfigError with one `file:line:column: …` a fault.
 */
export function readYamlFile<T>(path: string, schema: z.ZodType<T>, env: Env): T {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? "unreadable";
    throw new ConfigError([`${path}: cannot be read (${reason})`]);
  }
  return parseYaml(path, text, schema, env);
}

/** The same for a text that was read already; `path` only names it in faults. */
export function parseYaml<T>(path: string, text: string, schema: z.ZodType<T>, env: Env): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: false, uniqueKeys: true });
  const faults: string[] = [];
  const at = (offset: number, problem: string) => {
    const { line, col } = lines.linePos(offset);
    faults.push(`${path}:${line}:${col}: ${problem}`);
  };

  for (const error of document.errors) at(error.pos[0], error.message.split("\n")[0] ?? error.code);
  if (faults.length > 0) throw new ConfigError(faults);

  fillIn(document, env, (node, problem) => at(node.range?.[0] ?? 0, problem));
  if (faults.length > 0) throw new ConfigError(faults);

  const plain = toPlain(document, at);
  if (faults.length > 0) throw new ConfigError(faults);

  const parsed = schema.safeParse(plain ?? {});
  if (parsed.success) return parsed.data;
  for (const issue of deepest(parsed.error.issues)) {
    const where = issue.path.length > 0 ? `${issue.path.map(String).join(".")}: ` : "";
    at(offsetOf(document, issue), `${where}${issue.message}`);
  }
  throw new ConfigError(faults);
}

/** Aliases that lead nowhere, or to far too much (a "billion laughs"), are found only here. */
function toPlain(document: Document, report: (offset: number, problem: string) => void): unknown {
  const lost: Alias[] = [];
  visit(document, { Alias: (_key, node) => void (node.resolve(document) ?? lost.push(node)) });
  for (const { range, source } of lost) {
    report(range?.[0] ?? 0, `*${source} stands for nothing: no &${source} above it`);
  }
  if (lost.length > 0) return undefined;
  try {
    return document.toJS();
  } catch {
    return void report(0, "its aliases stand for more than is taken");
  }
}

const variable = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how they are written in a file
const howToWriteVariables = "a variable is written as ${NAME} or ${NAME:-default}";

/** Replaces variables in every scalar. What was a plain scalar is typed again: `${PORT}` is a number. */
function fillIn(document: Document, env: Env, report: (node: Scalar, problem: string) => void) {
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== "string" || !node.value.includes("${")) return;
      if (node.value.replace(variable, "").includes("${")) report(node, howToWriteVariables);
      const filled = node.value.replace(variable, (_match, name: string, byDefault?: string) => {
        const found = env[name] || byDefault;
        if (found === undefined) report(node, `the variable ${name} is not set and has no default`);
        return found ?? "";
      });
      node.value = node.type === Scalar.PLAIN ? retyped(filled) : filled;
    },
  });
}

function retyped(text: string): unknown {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  return text;
}

/**
 * Of a union's faults, those of the alternative that was meant: the one that knows most of the keys
 * that were written, and of several the one that came furthest.
 */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
    const depth = (alternative: readonly z.core.$ZodIssue[]) =>
      Math.max(0, ...alternative.map((each) => each.path.length));
    const [best = []] = [...issue.errors].sort(
      (a, b) => unknownKeys(a) - unknownKeys(b) || depth(b) - depth(a),
    );
    return deepest(best).map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
  });
}

function unknownKeys(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce(
    (sum, each) => sum + (each.code === "unrecognized_keys" ? each.keys.length : 0),
    0,
  );
}

/** An unknown key is pointed at by itself; anything else by its value, or its nearest parent. */
function offsetOf(document: Document, issue: z.core.$ZodIssue): number {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const parent = path.length === 0 ? document.contents : document.getIn(path, true);
    const items = (parent as { items?: { key?: Node & { value?: unknown } }[] } | null)?.items;
    const key = items?.find((item) => item.key?.value === issue.keys[0])?.key;
    if (key?.range) return key.range[0];
  }
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}
