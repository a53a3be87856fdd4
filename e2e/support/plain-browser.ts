import { request } from "node:http";
import { text } from "node:stream/consumers";

export type Page = {
  url: URL;
  status: number;
  text: string;
  /** Where it redirects to, if it does. */
  location: URL | undefined;
};

/** A browser as far as cookies, forms and redirects go; to it, too, *.localhost is this machine. */
export function createPlainBrowser() {
  /** By host and port, which browsers do not tell apart: nothing here has a cookie for two. */
  const jars = new Map<string, Map<string, string>>();

  async function send(url: URL, form?: URLSearchParams): Promise<Page> {
    const jar = jars.get(url.host) ?? new Map<string, string>();
    jars.set(url.host, jar);
    const cookie = [...jar].map((pair) => pair.join("=")).join("; ");
    const { promise, resolve, reject } = Promise.withResolvers<Page>();
    const outgoing = request({
      ...{ host: "127.0.0.1", port: url.port, path: url.pathname + url.search },
      method: form ? "POST" : "GET",
      headers: {
        host: url.host,
        ...(cookie && { cookie }),
        ...(form && { "content-type": "application/x-www-form-urlencoded" }),
      },
      signal: AbortSignal.timeout(30_000),
    });
    outgoing.once("error", reject).once("response", (response) => {
      for (const line of response.headers["set-cookie"] ?? []) keep(jar, line);
      const { statusCode: status = 0, headers } = response;
      const location = headers.location ? new URL(headers.location, url) : undefined;
      text(response).then((body) => resolve({ url, status, text: body, location }), reject);
    });
    outgoing.end(form?.toString());
    return await promise;
  }

  /** Follows redirects for as long as they lead to one of these origins, and no further. */
  async function follow(from: Page, origins: readonly string[]): Promise<Page> {
    let page = from;
    for (let step = 0; step < 20 && page.location !== undefined; step += 1) {
      if (!origins.includes(page.location.origin)) return page;
      page = await send(page.location);
    }
    return page;
  }

  return { open: (url: URL) => send(url), submit: send, follow };
}

function keep(jar: Map<string, string>, line: string): void {
  const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  const until = /; expires=([^;]+)/i.exec(line)?.[1];
  if (until !== undefined && new Date(until).getTime() < Date.now()) jar.delete(name);
  else jar.set(name, value);
}

/** The form of a page whose markup has `hint` in it: where it goes, and the values it would send. */
export function formOf({ url, text: markup }: Page, hint: string) {
  const forms = markup.match(/<form\b.*?<\/form>/gs) ?? [];
  const form = forms.find((each) => each.includes(hint));
  if (form === undefined) throw new Error(`no form with ${hint} at ${url}: ${markup}`);
  const attribute = (tag: string, name: string) =>
    new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll("&amp;", "&");
  const values = new URLSearchParams();
  for (const input of form.match(/<input\b[^>]*>/g) ?? []) {
    const name = attribute(input, "name");
    const isLeftOut = attribute(input, "type") === "checkbox" && !/\schecked/.test(input);
    if (name !== undefined && !isLeftOut) values.append(name, attribute(input, "value") ?? "");
  }
  const action = attribute(form.slice(0, form.indexOf(">") + 1), "action") ?? "";
  return {
    action: new URL(action === "#" ? "" : action, url),
    values: new URLSearchParams(values),
  };
}
