import * as z from "zod";
import { isLocale, isTimezone } from "../domain/calendar.ts";
import { creditNoteSeries } from "../domain/settings.ts";
import { endpoint } from "../endpoint.ts";
import { etagOf } from "../steps/if-match.ts";
import { recordEvent } from "../store/events.ts";
import { findSettings, replaceSettings } from "../store/settings.ts";
import { currency, line, lines } from "./fields.ts";

const body = z.strictObject({
  legal_name: line(200),
  address: lines(500),
  tax_id: line(64).nullable().default(null),
  timezone: z.string().max(64).refine(isTimezone, "It must be an IANA zone, like Europe/Vienna"),
  currency,
  number_prefix: z
    .string()
    .regex(/^[A-Z0-9/_-]{0,14}[A-Z/_-]$/, "At most 15 of A-Z 0-9 / _ -, and no digit at the end")
    .refine((prefix) => prefix !== creditNoteSeries, "It is the one of credit notes"),
  payment_terms_days: z.int().min(0).max(365),
  locale: z.string().max(35).refine(isLocale, "It must be a language tag, like de-AT"),
});

export const putSettings = endpoint({
  name: "putSettings",
  summary: "Replaces the tenant's settings",
  method: "PUT",
  path: "/v1/settings",
  scope: "settings:write",
  roles: [],
  body,
  ifMatch: "any",
  async handle({ tx, body, requireVersion }) {
    const seen = await findSettings(tx);
    requireVersion(seen.version);

    const settings = await replaceSettings(tx, seen.version, body);
    await recordEvent(tx, {
      type: "settings.updated",
      entity: "settings",
      entity_id: tx.principal.tenant,
      entity_version: settings.version,
      data: settings,
    });
    return { status: 200, headers: { etag: etagOf(settings.version) }, body: settings };
  },
});
