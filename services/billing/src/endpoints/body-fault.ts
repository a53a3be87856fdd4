import type { Problem } from "@tollgate/shared/problem";
import { problem } from "../problems.ts";

/** A member that has the right form, but means something that cannot be. */
export function bodyFault(pointer: string, code: string, detail: string): Problem {
  return problem("body_invalid", { extensions: { errors: [{ pointer, code, detail }] } });
}
