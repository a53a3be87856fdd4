import type { Issuer } from "../machine/issuer.ts";
import { type Books, type LoadedBooks, loadBooks } from "./load-books.ts";

const tenantOf = (number: number) => `01920000-0000-7000-8000-${String(number).padStart(12, "0")}`;

/** Tenants that the load writes to in turn; a tenant's own writes wait for each other. */
const writers = Array.from({ length: 16 }, (_, index) => tenantOf(100 + index));
const large = tenantOf(1);
const small = tenantOf(2);

export const manyInvoices = 100_000;
export const fewInvoices = 1_000;

export type Tenant = LoadedBooks & { token: string };

export type Tenants = { large: Tenant; small: Tenant; writers: Tenant[] };

/** Loads two tenants to read from, and sixteen with drafts to write to. */
export async function loadTenants(
  ownerUrl: string,
  issuer: Issuer,
  drafts: { one: number; others: number },
): Promise<Tenants> {
  const books: Books[] = [
    { tenant: small, invoices: fewInvoices },
    { tenant: large, invoices: manyInvoices },
    ...writers.map((tenant, index) => {
      return { tenant, invoices: index === 0 ? drafts.one : drafts.others, areDrafts: true };
    }),
  ];
  const loaded = await loadBooks(ownerUrl, books);
  const scope = "invoices:read invoices:write invoices:finalize";
  const open = async (tenant: string): Promise<Tenant> => {
    const token = await issuer.mint({ tenant, scope });
    return { ...(loaded.get(tenant) as LoadedBooks), token }; // every one of `books` was loaded
  };
  return {
    large: await open(large),
    small: await open(small),
    writers: await Promise.all(writers.map(open)),
  };
}
