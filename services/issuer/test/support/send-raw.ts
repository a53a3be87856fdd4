import { request } from "node:http";

export type RawRequest = {
  method?: string;
  /** The request target as it is, absolute or nonsense too. */
  target: string;
  headers?: Record<string, string | string[]>;
  /** Several parts are sent with no declared length. */
  body?: string | string[];
};

/** What fetch would put right, sent as it is: Host, targets, doubled headers, chunks. */
export async function sendRaw(url: string, { method = "GET", target, headers, body }: RawRequest) {
  const { promise, resolve, reject } = Promise.withResolvers<RawResponse>();
  const { hostname, port } = new URL(url);
  const sent = request({ hostname, port, path: target, method, headers, agent: false });
  sent.on("error", reject).on("response", async (response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    resolve({
      status: response.statusCode ?? 0,
      headers: response.headers,
      text: Buffer.concat(chunks).toString("utf8"),
    });
  });
  if (Array.isArray(body)) for (const part of body) sent.write(part);
  sent.end(typeof body === "string" ? body : undefined);
  return await promise;
}

type RawResponse = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
};
