/** Who is seeded: the tenants of the demo's clients. What they sell is believable and invented. */
export type SeedTenant = {
  tenant: string;
  settings: object;
  tax_rate_ppm: number;
  products: readonly { description: string; unit_amount: number; most: number }[];
};

export const seedTenants: readonly SeedTenant[] = [
  {
    tenant: "01920000-0000-7000-8000-000000000001",
    settings: {
      legal_name: "Nordwind Werkstätten GmbH",
      address: "Speicherstraße 12\n20457 Hamburg\nGermany",
      tax_id: "DE812345678",
      timezone: "Europe/Berlin",
      currency: "EUR",
      number_prefix: "NW-",
      payment_terms_days: 14,
      locale: "de-DE",
    },
    tax_rate_ppm: 190_000,
    products: [
      { description: "Lastenrad „Elbe“", unit_amount: 3_290_00, most: 3 },
      { description: "Inspektion mit Ersatzteilen", unit_amount: 189_00, most: 4 },
      { description: "Akku 500 Wh", unit_amount: 549_00, most: 5 },
      { description: "Regenverdeck", unit_amount: 119_90, most: 6 },
      { description: "Werkstattstunde", unit_amount: 78_50, most: 12 },
    ],
  },
  {
    tenant: "01920000-0000-7000-8000-000000000002",
    settings: {
      legal_name: "Harbour & Bell Studio Ltd",
      address: "27 Wapping Wall\nLondon E1W 3SG\nUnited Kingdom",
      tax_id: "GB987654321",
      timezone: "Europe/London",
      currency: "GBP",
      number_prefix: "HB-",
      payment_terms_days: 30,
      locale: "en-GB",
    },
    tax_rate_ppm: 200_000,
    products: [
      { description: "Design sprint, per day", unit_amount: 1_150_00, most: 5 },
      { description: "Front-end development, per day", unit_amount: 880_00, most: 15 },
      { description: "Accessibility audit", unit_amount: 2_400_00, most: 1 },
      { description: "Hosting and care, per month", unit_amount: 145_00, most: 3 },
      { description: "Copy editing, per page", unit_amount: 36_75, most: 20 },
    ],
  },
];

const firsts = ["Alder", "Brightwater", "Copperfield", "Dunmore", "Eastgate", "Fennel"];
const seconds = ["Foods", "Logistics", "Books", "Energy", "Pharmacy", "Tools", "Theatre", "Bakery"];
const streets = ["Mill Lane", "Station Road", "Harbour Street", "Linden Avenue", "Market Square"];

/** The nth customer: every one has a name of its own, and none exists. */
export function seedCustomer(index: number) {
  const first = firsts[index % firsts.length];
  const second = seconds[(index + Math.floor(index / firsts.length)) % seconds.length];
  const name = `${first} ${second}`;
  return {
    name,
    email: `accounts@${name.toLowerCase().replaceAll(/\W+/g, "-")}.example`,
    external_id: `seed-${String(index + 1).padStart(3, "0")}`,
    address: `${3 + ((index * 7) % 90)} ${streets[index % streets.length]}`,
  };
}
