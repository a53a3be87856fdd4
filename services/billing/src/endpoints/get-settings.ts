import { endpoint } from "../endpoint.ts";
import { etagOf } from "../steps/if-match.ts";
import { findSettings } from "../store/settings.ts";

export const getSettings = endpoint({
  name: "getSettings",
  summary: "Reads the tenant's settings; defaults until they are first written",
  method: "GET",
  path: "/v1/settings",
  scope: "settings:read",
  roles: ["accountant", "auditor"],
  async handle({ tx }) {
    const settings = await findSettings(tx);
    return { status: 200, headers: { etag: etagOf(settings.version) }, body: settings };
  },
});
