import pg from "pg";

export type Role = { name: string; password: string };

export type Provision = {
  /** Logs in as a superuser, to any database of the server. */
  adminUrl: string;
  database: string;
  /** Owns the database and runs its migrations. */
  owner: Role;
  /** What the service logs in as: owns nothing, and cannot get around row-level security. */
  app: Role;
};

/**
 * Makes a database with an owner role and an app role, or brings an existing one to that state:
 * run again it only sets the passwords. Safe to interrupt at any point.
 */
export async function provisionDatabase({ adminUrl, database, owner, app }: Provision) {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock(hashtextextended('tollgate provision', 0))");
    await ensureRole(client, owner);
    await ensureRole(client, app);
    await ensureDatabase(client, database, owner.name);
  } finally {
    await client.end();
  }
}

const plainRights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS";

async function ensureRole(client: pg.Client, role: Role): Promise<void> {
  const name = client.escapeIdentifier(role.name);
  const found = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role.name]);
  const verb = found.rowCount === 0 ? "CREATE" : "ALTER";
  const password = client.escapeLiteral(role.password);
  await client.query(`${verb} ROLE ${name} ${plainRights} PASSWORD ${password}`);
}

async function ensureDatabase(client: pg.Client, database: string, owner: string): Promise<void> {
  const name = client.escapeIdentifier(database);
  const found = await client.query(isOpen, [database]);
  if (found.rowCount === 0) {
    await client.query(`CREATE DATABASE ${name} OWNER ${client.escapeIdentifier(owner)}`);
  }
  // Only where it is: another job may be granting its role its rights, which would collide.
  if (found.rows[0]?.open !== false)
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
}

/** Whether everybody may do anything with a database; 0 is PUBLIC. */
const isOpen = `
  SELECT EXISTS (
    SELECT FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE grantee = 0
  ) AS open FROM pg_database WHERE datname = $1`;
