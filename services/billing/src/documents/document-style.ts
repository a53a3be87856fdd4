import { Html } from "@tollgate/shared/html";

/** How an invoice looks, on a screen and on A4; nothing in it is fetched from anywhere. */
export const documentStyle = new Html(`
  :root { color-scheme: light; --ink: #1c2430; --quiet: #667085; --rule: #d9dee6; }
  * { box-sizing: border-box; }
  body {
    margin: 0; background: #f3f5f8; color: var(--ink);
    font: 15px/1.5 "Noto Sans", "Segoe UI", system-ui, -apple-system, sans-serif;
  }
  main {
    max-width: 210mm; min-height: 297mm; margin: 24px auto; padding: 22mm 20mm;
    background: #fff; box-shadow: 0 1px 4px rgb(28 36 48 / 18%);
  }
  header { display: flex; justify-content: space-between; gap: 24px; }
  h1 { margin: 0; font-size: 28px; font-weight: 600; letter-spacing: -0.01em; }
  .seller { text-align: right; }
  .party { white-space: pre-line; overflow-wrap: anywhere; }
  .party strong { display: block; font-weight: 600; }
  .label { color: var(--quiet); font-size: 13px; }
  .about { display: flex; justify-content: space-between; gap: 24px; margin: 14mm 0 10mm; }
  .about > * { flex: 1; }
  dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 20px; margin: 0; align-content: start; }
  dt { color: var(--quiet); }
  dd { margin: 0; text-align: right; }
  table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
  thead { display: table-header-group; }
  th { color: var(--quiet); font-size: 13px; font-weight: 400; text-align: right; white-space: nowrap; }
  th, td { padding: 8px 0 8px 16px; border-bottom: 1px solid var(--rule); vertical-align: top; }
  td { text-align: right; white-space: nowrap; }
  th:first-child, td:first-child { padding-left: 0; text-align: left; white-space: normal; overflow-wrap: anywhere; }
  tr { break-inside: avoid; }
  .totals { width: 60%; margin: 6mm 0 0 auto; break-inside: avoid; }
  .totals th { color: inherit; font-size: inherit; text-align: left; }
  .totals td, .totals th { border: 0; padding: 4px 0; }
  .totals tfoot > tr > * { padding-top: 10px; border-top: 2px solid var(--ink); font-size: 18px; font-weight: 600; }
  .closing { margin-top: 12mm; }
  @page { size: A4; margin: 20mm; }
  @media print {
    body { background: none; font-size: 10pt; }
    main { max-width: none; min-height: 0; margin: 0; padding: 0; box-shadow: none; }
  }
`);
