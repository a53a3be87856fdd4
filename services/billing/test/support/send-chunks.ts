import { randomUUID } from "node:crypto";
import { request } from "node:http";

/** POSTs JSON in chunks, so that nobody announces how much it will be, and returns the status. */
export async function sendChunks(
  url: string,
  token: string,
  { count, size }: { count: number; size: number },
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = {
    "content-type": "application/json",
    authorization: `Bearer ${token}`,
    "idempotency-key": randomUUID(),
  };
  const sending = request(url, { method: "POST", headers }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  sending.on("error", reject);
  for (let chunk = 0; chunk < count; chunk += 1) sending.write(Buffer.alloc(size, 32));
  return await promise;
}
