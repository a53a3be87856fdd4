import type * as z from "zod";
import { type Client, clientSchema } from "../../src/clients/client.ts";

/** A client as config/issuer.yaml would declare it, with a secret that nobody has. */
export function declaredClient(definition: Partial<z.input<typeof clientSchema>>): Client {
  const isPublic = definition.token_endpoint_auth_method === "none";
  const secrets = isPublic ? [] : [{ sha256: "0".repeat(64) }];
  return clientSchema.parse({ client_id: "svc-x", secrets, ...definition });
}
