import { progress } from "../machine/say.ts";
import type { Finding } from "../results/finding.ts";
import type { Service } from "./start-service.ts";

/** After all that: do the books still agree? */
export async function verifyBooks(service: Service): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const command of ["ledger:verify", "audit:verify"]) {
    progress(`billing ${command}`);
    const found = (await service.run(command)) ? 0 : 1;
    const what = `billing ${command} after the load: faults`;
    findings.push({ what, bound: "at most", wanted: 0, found, unit: "", digits: 0, noise: 0 });
  }
  return findings;
}
