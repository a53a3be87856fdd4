/** What a document says besides its data. */
const english = {
  invoice: "Invoice",
  number: "Invoice number",
  issuedOn: "Date of issue",
  dueOn: "Due date",
  from: "From",
  billTo: "Bill to",
  taxId: "Tax ID",
  description: "Description",
  quantity: "Quantity",
  unitPrice: "Unit price",
  taxRate: "Tax",
  amount: "Amount",
  subtotal: "Subtotal",
  taxOn: (rate: string, taxable: string) => `Tax ${rate} on ${taxable}`,
  total: "Total",
  pay: (total: string, day: string, number: string) =>
    `Please pay ${total} by ${day} and name the invoice number ${number}.`,
  nothingToPay: "There is nothing to pay.",
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
};

export type Words = typeof english;

const german: Words = {
  invoice: "Rechnung",
  number: "Rechnungsnummer",
  issuedOn: "Rechnungsdatum",
  dueOn: "Fällig am",
  from: "Von",
  billTo: "An",
  taxId: "USt-IdNr.",
  description: "Beschreibung",
  quantity: "Menge",
  unitPrice: "Einzelpreis",
  taxRate: "USt.",
  amount: "Betrag",
  subtotal: "Zwischensumme",
  taxOn: (rate, taxable) => `USt. ${rate} auf ${taxable}`,
  total: "Gesamtbetrag",
  pay: (total, day, number) =>
    `Bitte zahlen Sie ${total} bis zum ${day} unter Angabe der Rechnungsnummer ${number}.`,
  nothingToPay: "Es ist nichts zu zahlen.",
  page: (page, pages) => `Seite ${page} von ${pages}`,
};

const languages: Record<string, Words> = { en: english, de: german };

/** The words of a locale. A language that has none gets English, and then in its dates as well. */
export function wordsFor(tag: string): { words: Words; locale: string } {
  const { language, region } = new Intl.Locale(tag);
  const words = languages[language];
  if (words !== undefined) return { words, locale: tag };
  const inEnglish = new Intl.Locale("en", region === undefined ? {} : { region });
  return { words: english, locale: inEnglish.toString() };
}
