import type * as z from "zod";

export type Fault = { pointer: string; code: string; detail: string };

type Issue = z.core.$ZodIssue;

const mostFaults = 50;

/** Parses with the input kept on each issue: it tells a missing member from one of a wrong type. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown) {
  return schema.safeParse(value, { reportInput: true });
}

/** What is wrong with a body, as RFC 6901 pointers with stable codes. */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.flatMap(faultsOfIssue).slice(0, mostFaults);
}

function faultsOfIssue(issue: Issue): Fault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      code: "unknown",
      detail: "There is no such member here",
    }));
  }
  return [{ pointer: pointerTo(issue.path), code: codeOf(issue), detail: issue.message }];
}

function codeOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "required" : "wrong_type";
    case "invalid_union":
      return "discriminator" in issue ? "not_a_choice" : "wrong_type";
    case "too_small":
    case "too_big":
      return issue.code;
    case "invalid_value":
      return "not_a_choice";
    case "custom":
      return typeof issue.params?.code === "string" ? issue.params.code : "invalid";
    default:
      return "wrong_format";
  }
}

export function pointerTo(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}
