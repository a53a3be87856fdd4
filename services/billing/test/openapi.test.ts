import { expect, test } from "@jest/globals";
import { Validator } from "@seriousme/openapi-schema-validator";
import { endpoints } from "../src/endpoints/endpoints.ts";
import { buildOpenapi } from "../src/openapi/build-openapi.ts";
import { examples } from "../src/openapi/examples.ts";
import { replies } from "../src/openapi/replies.ts";

test("the description is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(buildOpenapi(endpoints));
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(validator.version).toBe("3.1");
});

test("it describes every endpoint, and nothing else", () => {
  const names = endpoints.map(({ name }) => name).sort();
  expect(names).toHaveLength(18);
  expect(Object.keys(replies).sort()).toEqual(names);
  expect(names).toEqual(expect.arrayContaining(Object.keys(examples)));
  for (const { name, body } of endpoints) {
    if (body !== undefined) expect([name, examples[name]?.length]).not.toEqual([name, undefined]);
  }
});

test("it says what a request needs, from the schema that judges it", () => {
  const { paths } = buildOpenapi(endpoints);
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
  const post = paths["/v1/invoices/{id}/payments"]?.post as any;
  const { oneOf } = post.requestBody.content["application/json"].schema;
  expect(oneOf[0].required).toEqual(["kind", "amount", "currency", "received_on", "method"]);
  expect(oneOf[0].additionalProperties).toBe(false);
  expect(post.security).toEqual([{ token: ["payments:write"] }]);
  expect(post.parameters.map(({ name }: { name: string }) => name)).toEqual([
    "id",
    "Idempotency-Key",
  ]);
  expect(post.responses["409"].description).toContain("payment_exceeds_due");
});
