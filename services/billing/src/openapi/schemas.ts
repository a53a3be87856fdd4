import * as z from "zod";
import { answers } from "./answers.ts";

type JsonSchema = Record<string, unknown>;

/** The schemas of answers, by name. */
export function componentSchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(answers, { uri: refTo, io: "output" });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bare(schema)]));
}

/** What a request may hold: the very schema that judges it. */
export function requestSchema(schema: z.ZodType): JsonSchema {
  return bare(z.toJSONSchema(schema, { io: "input" }));
}

export function refOf(schema: z.ZodType): { $ref: string } {
  const { id } = answers.get(schema) ?? {};
  if (id === undefined) throw new TypeError("an answer's schema must have a name");
  return { $ref: refTo(id) };
}

function refTo(id: string): string {
  return `#/components/schemas/${id}`;
}

/** OpenAPI 3.1 schemas are JSON Schema 2020-12 already, and are where they are. */
function bare(schema: object): JsonSchema {
  const { $schema, $id, ...rest } = schema as JsonSchema;
  return rest;
}
