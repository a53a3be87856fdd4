import { expect, test } from "@jest/globals";
import { provisionDatabase } from "@tollgate/shared/postgres/provision";
import { createTestDatabase } from "@tollgate/shared/testing/test-database";
import pg from "pg";

test("a database is provisioned with an owner and an app role, again and again", async () => {
  await using server = await createTestDatabase();
  const database = `${server.name}_made`;
  const owner = { name: `${database}_owner`, password: "first" };
  const app = { name: `${database}_app`, password: "second" };

  await provisionDatabase({ adminUrl: server.url, database, owner, app });
  await provisionDatabase({
    adminUrl: server.url,
    database,
    owner: { ...owner, password: "it's changed" },
    app,
  });

  const url = new URL(server.serverUrl);
  url.username = owner.name;
  url.password = encodeURIComponent("it's changed");
  url.pathname = `/${database}`;
  const asOwner = new pg.Client({ connectionString: url.href });
  await asOwner.connect();
  const { rows } = await asOwner.query(
    "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = $1",
    [app.name],
  );
  await asOwner.end();
  expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false }]);
});
