import pg from "pg";
import {
  becomeTenant,
  counter,
  customers,
  drafts,
  finalized,
  withChecksAtCommit,
  withoutChecksAtCommit,
} from "./book-sql.ts";

/** A tenant's books: how many invoices, and whether all are drafts. */
export type Books = { tenant: string; invoices: number; areDrafts?: boolean };

export type LoadedBooks = {
  customers: string[];
  /** Oldest first. */
  invoices: { id: string; number: string | null }[];
};

const firstBatch = 200;
const batch = 10_000;

/** Loads books, and returns what is in them. */
export async function loadBooks(ownerUrl: string, books: readonly Books[]) {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const loaded = new Map<string, LoadedBooks>();
    for (const each of withoutChecksAtCommit) await client.query(each);
    for (const each of books) loaded.set(each.tenant, await loadTenant(client, each));
    for (const each of withChecksAtCommit) await client.query(each);
    await client.query("VACUUM (ANALYZE)");
    return loaded;
  } finally {
    await client.end();
  }
}

async function loadTenant(client: pg.Client, { tenant, invoices, areDrafts = false }: Books) {
  const inTenant = async <T>(work: () => Promise<T>) => {
    await client.query("BEGIN");
    await client.query(becomeTenant, [tenant]);
    const result = await work();
    await client.query("COMMIT");
    return result;
  };
  await inTenant(() => client.query(customers, [tenant]));
  const statements = areDrafts ? drafts : [...drafts, ...finalized];
  for (let first = 0; first < invoices; ) {
    const last = Math.min(first + (first === 0 ? firstBatch : batch), invoices) - 1;
    await inTenant(async () => {
      for (const each of statements) await client.query(each, [tenant, first, last]);
    });
    // Triggers keep the plans of when there was nothing, until they hear that there is more.
    if (first === 0) await client.query("ANALYZE");
    first = last + 1;
  }
  if (!areDrafts) await inTenant(() => client.query(counter, [tenant]));
  return await inTenant(async (): Promise<LoadedBooks> => {
    const found = await client.query("SELECT id, number FROM invoice ORDER BY id");
    const known = await client.query("SELECT id FROM customer ORDER BY id");
    return { invoices: found.rows, customers: known.rows.map(({ id }) => id) };
  });
}
