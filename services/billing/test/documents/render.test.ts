import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { renderHtml } from "../../src/documents/render-html.ts";
import { renderPdf } from "../../src/documents/render-pdf.ts";
import { items, sampleDocument } from "../support/documents.ts";

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Compares with a file that somebody has looked at. UPDATE_GOLDEN=1 writes it anew: look again. */
async function expectGolden(file: string, content: Buffer): Promise<void> {
  if (process.env.UPDATE_GOLDEN === "1") await writeFile(here(file), content);
  const golden = await readFile(here(file));
  if (file.endsWith(".html")) expect(String(content)).toBe(String(golden));
  expect(content.equals(golden)).toBe(true);
}

test.each([
  ["invoice", sampleDocument()],
  ["rechnung", sampleDocument({ seller: { locale: "de-AT" }, currency: "JPY" })],
])("an invoice is the page that somebody looked at: %s", async (name, document) => {
  await expectGolden(`${name}.golden.html`, Buffer.from(renderHtml(document)));
});

test("an invoice is the file that somebody looked at, byte for byte", async () => {
  // Not compressed: that differs from one kind of processor to the next.
  const pdf = await renderPdf(sampleDocument(), { compress: false });
  await expectGolden("invoice.golden.pdf", pdf);
  expect((await renderPdf(sampleDocument())).equals(await renderPdf(sampleDocument()))).toBe(true);
});

describe("a page", () => {
  test("writes what it was given, and lets none of it be markup", () => {
    const evil = `</style><script>alert("1")</script><img src=x onerror='alert(2)'>&amp;`;
    const page = renderHtml(
      sampleDocument({
        items: [{ description: evil, quantity: "1", unit_amount: 1n, tax_rate_ppm: 0 }],
        seller: { name: evil, address: evil, tax_id: evil },
        buyer: { name: evil, address: evil, tax_id: evil, email: evil },
      }),
    );

    expect(page).not.toMatch(/<script|<img|&amp;[^a]/);
    expect(page.match(/<[a-z]+/g)).toEqual(
      expect.not.arrayContaining(["<script", "<img", "<iframe"]),
    );
    expect(page.match(/&lt;script&gt;alert\(&quot;1&quot;\)/g)?.length).toBeGreaterThanOrEqual(8);
  });

  test("fetches nothing from anywhere", () => {
    expect(renderHtml(sampleDocument())).not.toMatch(/src=|href=|url\(|@import|https?:/);
  });

  test("writes amounts exactly, in the currency's own digits", () => {
    const one = (unit_amount: bigint, currency: string) =>
      sampleDocument({
        items: [{ description: "x", quantity: "1", unit_amount, tax_rate_ppm: 0 }],
        currency,
      }).total.value;
    expect(one(999_999_999_999n, "EUR")).toBe("€9,999,999,999.99");
    expect(one(1n, "EUR")).toBe("€0.01");
    expect(one(1_250n, "JPY")).toBe("JP¥1,250");
    expect(one(1_250n, "HUF")).toBe("HUF\u00a012.50");
    expect(one(1_250n, "KWD")).toBe("KWD\u00a01.250");
  });

  test("speaks English with who speaks what it has no words for, dates included", () => {
    const document = sampleDocument({ seller: { locale: "fr-FR" } });
    expect(document.locale).toBe("en-FR");
    expect(document.closing).toMatch(/^Please pay .* by 30 April 2026/);
  });
});

describe("a file", () => {
  const pagesOf = (pdf: Buffer) => pdf.toString("latin1").match(/\/Type \/Page\b/g)?.length;

  test("takes as many pages as it needs", async () => {
    const many = Array.from({ length: 200 }, (_, index) => ({
      ...(items[index % 4] as (typeof items)[number]),
      description: "Something that takes two lines of the column to say. ".repeat(2),
    }));
    expect(pagesOf(await renderPdf(sampleDocument()))).toBe(1);
    expect(pagesOf(await renderPdf(sampleDocument({ items: many })))).toBeGreaterThan(5);
  });

  test("survives whatever a customer may be called", async () => {
    const names = ["x".repeat(200), "Ελλάς", "مرحبا", "漢字", "🧾", "\u202eevil", "a\u0301", " . "];
    for (const name of names) {
      const address = Array(50).fill(name.slice(0, 10)).join("\n");
      const pdf = await renderPdf(
        sampleDocument({ buyer: { name, address }, seller: { name: "" } }),
      );
      expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    }
  });
});
