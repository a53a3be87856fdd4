import type * as z from "zod";
import type { Endpoint } from "../endpoint.ts";
import { billingProblems } from "../problems.ts";
import { exampleIds, examples } from "./examples.ts";
import { replies } from "./replies.ts";
import { refOf, requestSchema } from "./schemas.ts";

type Code = keyof typeof billingProblems;

/** One endpoint as an OpenAPI operation. */
export function describeOperation(endpoint: Endpoint) {
  const { name, summary, scope, roles, body, path } = endpoint;
  return {
    operationId: name,
    summary,
    description: `For clients with the scope \`${scope}\`; of people, for ${["owner", ...roles].join(", ")}.`,
    tags: [path.split("/")[2] ?? ""],
    security: [{ token: [scope] }],
    parameters: parametersOf(endpoint),
    ...(body === undefined ? {} : { requestBody: requestBodyOf(endpoint, body) }),
    responses: responsesOf(endpoint),
  };
}

function parametersOf({ path, method, query, ifMatch, conditional }: Endpoint) {
  const header = (name: string, required: boolean, description: string, example: string) => ({
    ...{ in: "header", name, required, description, example },
    schema: { type: "string" },
  });
  const id = path.includes("/customers") ? exampleIds.customer : exampleIds.invoice;
  const inPath = {
    in: "path",
    name: "id",
    required: true,
    schema: { type: "string" },
    example: id,
  };
  const once = "A new one for each operation, the same one for each retry of it.";
  const seen = "The ETag of the version that was seen.";
  return [
    ...(path.includes("{id}") ? [inPath] : []),
    ...(query === undefined ? [] : queryOf(query)),
    ...(method === "POST" ? [header("Idempotency-Key", true, once, '"order-4711-invoice"')] : []),
    ...(ifMatch === undefined ? [] : [header("If-Match", true, seen, '"1"')]),
    ...(conditional === true ? [header("If-None-Match", false, seen, '"1"')] : []),
  ];
}

function queryOf(query: z.ZodType) {
  const { properties } = requestSchema(query) as { properties: Record<string, object> };
  return Object.entries(properties).map(([name, schema]) => ({ in: "query", name, schema }));
}

function requestBodyOf({ name, method }: Endpoint, body: z.ZodType) {
  const shown = Object.fromEntries(
    (examples[name] ?? []).map(({ summary, body: value }) => [summary, { summary, value }]),
  );
  const content = { schema: requestSchema(body), examples: shown };
  const patch = method === "PATCH" ? { "application/merge-patch+json": content } : {};
  return { required: true, content: { "application/json": content, ...patch } };
}

function responsesOf(endpoint: Endpoint) {
  const { status, schema } = describedReply(endpoint);
  const byStatus = Map.groupBy(refusalsOf(endpoint), (code) => billingProblems[code].status);
  const refusals = [...byStatus].map(([refused, codes]) => [String(refused), refusal(codes)]);
  const etag = { ETag: { schema: { type: "string" }, description: "The version of this." } };
  const located = { Location: { schema: { type: "string" } } };
  const content =
    endpoint.name === "getDocument"
      ? { "text/html": {}, "application/pdf": {} }
      : schema && { "application/json": { schema: refOf(schema) } };
  const isOne = !endpoint.name.startsWith("list") && status !== 204;
  const headers = { ...(isOne ? etag : {}), ...(status === 201 ? located : {}) };
  const success = { description: endpoint.summary, headers, ...(content ? { content } : {}) };
  const unchanged = endpoint.conditional ? { 304: { description: "It is as it was seen" } } : {};
  return {
    [String(status)]: success,
    ...unchanged,
    ...Object.fromEntries(refusals),
    401: { $ref: "#/components/responses/Unauthorized" },
    403: { $ref: "#/components/responses/Forbidden" },
    503: { $ref: "#/components/responses/Unavailable" },
  };
}

function describedReply({ name }: Endpoint) {
  const reply = replies[name];
  if (reply === undefined) throw new TypeError(`nothing says what ${name} answers`);
  return reply;
}

function refusalsOf(endpoint: Endpoint): Code[] {
  const { path, method, body, ifMatch } = endpoint;
  return [
    "query_invalid",
    ...(body === undefined
      ? []
      : ([
          "json_malformed",
          "body_too_large",
          "media_type_not_supported",
          "body_invalid",
        ] as const)),
    ...(method === "POST"
      ? ([
          "idempotency_key_missing",
          "idempotency_key_malformed",
          "idempotency_in_progress",
          "idempotency_key_reused",
        ] as const)
      : []),
    ...(path.includes("{id}") ? (["not_found"] as const) : []),
    ...(ifMatch === undefined
      ? []
      : (["if_match_malformed", "if_match_missing", "version_mismatch"] as const)),
    ...(describedReply(endpoint).refuses ?? []),
  ];
}

export function refusal(codes: readonly string[]) {
  const schema = { $ref: "#/components/schemas/Problem" };
  return {
    description: codes.map((code) => `\`${code}\``).join(", "),
    content: { "application/problem+json": { schema } },
  };
}
