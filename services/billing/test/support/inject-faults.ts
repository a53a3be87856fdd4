import { query } from "./billing-database.ts";

/** Lets one write of a database fail; the function that is returned chooses which: 1 is the next. */
export async function injectFaults(superuserUrl: string, tables: readonly string[]) {
  // A sequence counts writes even when they are undone.
  await query(
    superuserUrl,
    "CREATE SEQUENCE writes",
    "CREATE SEQUENCE failing",
    `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
     BEGIN
       IF nextval('writes') = (SELECT last_value FROM failing) THEN RAISE EXCEPTION 'injected'; END IF;
       RETURN NULL;
     END $$`,
    ...tables.map(
      (table) => `CREATE TRIGGER zz_fail AFTER INSERT OR UPDATE OR DELETE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION fail()`,
    ),
  );
  return async function failAt(write: number): Promise<void> {
    const arm = `SELECT setval('writes', 1, false), setval('failing', ${write})`;
    await query(superuserUrl, arm);
  };
}
