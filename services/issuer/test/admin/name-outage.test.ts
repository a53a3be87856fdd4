import { expect, test } from "@jest/globals";
import type { Context } from "koa";
import pg from "pg";
import { nameOutage } from "../../src/admin/name-outage.ts";

const whileItThrows = (error: unknown) => nameOutage()({} as Context, () => Promise.reject(error));

const failed = (code: string) => Object.assign(new Error("it failed"), { code });
const stated = (code: string) => Object.assign(new pg.DatabaseError("no", 2, "error"), { code });

test.each([
  ["whose name is unknown, as a stopped container's is", failed("EAI_AGAIN")],
  ["that refuses connections", new AggregateError([failed("ECONNREFUSED")])],
  ["that is being shut down", stated("57P01")],
  ["that does not answer in time", new Error("timeout exceeded when trying to connect")],
])("an operator is told of a database %s", async (_what, error) => {
  await expect(whileItThrows(error)).rejects.toMatchObject({
    code: "dependency_unavailable",
    detail: expect.stringContaining("The database cannot be reached"),
    cause: error,
  });
});

test("a bug stays one", async () => {
  const bugs = [new TypeError("x is not a function"), stated("42601")];
  for (const bug of bugs) await expect(whileItThrows(bug)).rejects.toBe(bug);
});
