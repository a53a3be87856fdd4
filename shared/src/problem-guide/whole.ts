import { billingGuide } from "./billing.ts";
import { commonGuide } from "./common.ts";
import { gatewayGuide } from "./gateway.ts";
import type { Guide } from "./guide.ts";
import { issuerGuide } from "./issuer.ts";
import { tokensGuide } from "./tokens.ts";

/** Every code that a part of the stack can answer with. Each service tests that its own are here. */
export const problemGuide: Guide = {
  ...commonGuide,
  ...tokensGuide,
  ...gatewayGuide,
  ...issuerGuide,
  ...billingGuide,
};
