import { expect, test } from "@jest/globals";
import { type Caller, callerOf } from "@tollgate/shared/tokens/caller";
import { type Access, principalOf } from "../../src/steps/require-access.ts";

const tenant = "01920000-0000-7000-8000-00000000000a";
const access: Access = { scope: "invoices:read", roles: ["accountant", "customer"] };

function callerWith(claims: object): Caller {
  return callerOf({
    sub: "alice",
    client_id: "app",
    token_use: "user",
    scope: "invoices:read",
    tenant,
    ...claims,
  });
}

function judge(claims: object): string {
  try {
    return principalOf(callerWith(claims), access).access;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test.each([
  [{ token_use: "service", roles: [] }, "staff"],
  [{ roles: ["owner"] }, "staff"],
  [{ roles: ["accountant"] }, "staff"],
  [{ roles: ["customer"] }, "self"],
  [{ roles: ["customer", "accountant"] }, "staff"],
  [{ roles: ["clerk"] }, "role_missing"],
  [{ roles: [] }, "role_missing"],
  [{}, "role_missing"],
  [{ roles: "owner" }, "role_missing"],
  [{ token_use: undefined, roles: ["owner"] }, "token_use_not_allowed"],
  [{ token_use: "root", roles: ["owner"] }, "token_use_not_allowed"],
  [{ roles: ["owner"], scope: "invoices:write" }, "scope_missing"],
  [{ roles: ["owner"], scope: "" }, "scope_missing"],
  [{ roles: ["owner"], tenant: undefined }, "tenant_missing"],
  [{ roles: ["owner"], tenant: "acme" }, "tenant_missing"],
  [{ roles: ["owner"], tenant: `${tenant}'; --` }, "tenant_missing"],
  [{ roles: ["owner"], sub: undefined }, "token_claims_invalid"],
  [{ roles: ["owner"], client_id: "" }, "token_claims_invalid"],
  [{ roles: ["owner"], sub: "a\u0000b" }, "token_claims_invalid"],
])("%j: %s", (claims, outcome) => {
  expect(judge(claims)).toBe(outcome);
});
