import { openDatabase } from "../../store/database.ts";
import { createRoleGuard } from "../../store/role-guard.ts";
import { createRunInTenant } from "../../store/tenant-transaction.ts";
import { createProgressBar } from "./progress-bar.ts";
import { seedTenant } from "./seed-tenant.ts";
import { seedTenants } from "./tenants.ts";

type Size = { customers: number; invoices: number };

/** Of each tenant; there are two. */
const usual: Size = { customers: 25, invoices: 500 };

/**
 * Loads two tenants with a year and a half of business, by the rules that hold for everybody. A
 * tenant that has settings of its own is somebody's, or seeded already, and is left alone.
 */
export async function seed(
  url: string,
  out: Pick<NodeJS.WriteStream, "write" | "isTTY">,
  size = usual,
): Promise<void> {
  await using database = openDatabase({ url, poolSize: seedTenants.length });
  const { db } = database;
  const runInTenant = createRunInTenant({ db, guard: createRoleGuard(db) });
  const options = { runInTenant, now: new Date(), ...size };

  const tasks = [];
  for (const each of seedTenants) {
    const task = await seedTenant(each, options);
    if (task === undefined) out.write(`tenant ${each.tenant} has settings: it is left alone\n`);
    else tasks.push(task);
  }
  const total = tasks.reduce((all, { steps }) => all + steps, 0);
  const step = createProgressBar(total, out);
  await Promise.all(tasks.map((task) => task.run(step)));
  const { customers, invoices } = size;
  const counted = `${tasks.length * customers} customers, ${tasks.length * invoices} invoices`;
  out.write(`${tasks.length} tenants, ${counted} loaded\n`);
}
