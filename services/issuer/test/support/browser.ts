/** A browser as far as cookies, forms and redirects go; it follows none by itself. */
export function createBrowser(origin: string, publicOrigin: string) {
  const jar = new Map<string, { value: string; path: string }>();

  function cookiesFor(path: string): string {
    return [...jar]
      .filter(([, cookie]) => isBelow(path, cookie.path))
      .map(([key, { value }]) => `${key.split(" ")[0]}=${value}`)
      .join("; ");
  }

  function keep(line: string): void {
    const [pair = "", ...attributes] = line.split("; ");
    const [name = "", value = ""] = pair.split(/=(.*)/s);
    const attribute = (wanted: string) =>
      attributes
        .find((each) => each.toLowerCase().startsWith(`${wanted}=`))
        ?.slice(wanted.length + 1);
    const path = attribute("path") ?? "/";
    const isGone = new Date(attribute("expires") ?? "9999-01-01").getTime() < Date.now();
    if (isGone) jar.delete(`${name} ${path}`);
    else jar.set(`${name} ${path}`, { value, path });
  }

  async function send(path: string, init: RequestInit = {}) {
    const cookie = cookiesFor(path.split("?")[0] ?? "");
    const response = await fetch(`${origin}${path}`, {
      ...init,
      redirect: "manual",
      headers: { ...(cookie && { cookie }), ...init.headers },
    });
    for (const line of response.headers.getSetCookie()) keep(line);
    return pageOf(response, await response.text(), publicOrigin);
  }

  return {
    jar,
    open: (path: string, headers: Record<string, string> = {}) => send(path, { headers }),
    submit: (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      send(path, { method: "POST", body: new URLSearchParams(fields), headers }),
    /** Follows redirects as long as they stay at the issuer. */
    async follow(from: Page): Promise<Page> {
      let page = from;
      while (page.status === 303 && page.ownPath !== undefined) page = await send(page.ownPath);
      return page;
    },
  };
}

export type Browser = ReturnType<typeof createBrowser>;
export type Page = ReturnType<typeof pageOf>;

function pageOf(response: Response, text: string, publicOrigin: string) {
  const location = response.headers.get("location") ?? "";
  const target = URL.parse(location, publicOrigin);
  return {
    status: response.status,
    headers: response.headers,
    text,
    location,
    /** Where a redirect leads, if that is at the issuer's public origin. */
    ownPath: target?.origin === publicOrigin && location !== "" ? pathOf(target) : undefined,
    /** What an app gets back. */
    params: Object.fromEntries([
      ...(target?.searchParams ?? []),
      ...new URLSearchParams(target?.hash.slice(1)),
    ]) as Record<string, string>,
    /** The action of the form whose action ends so, and its hidden fields. */
    form(ending: string) {
      const forms = text.matchAll(/<form method="post" action="([^"]+)">(.*?)<\/form>/gs);
      const found = [...forms].find(([, action = ""]) => action.endsWith(ending));
      if (found === undefined) throw new Error(`no form ${ending} in: ${text}`);
      const hidden = (found[2] ?? "").matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g);
      const fields = Object.fromEntries([...hidden].map(([, name, value]) => [name, value]));
      return { action: found[1] ?? "", fields: fields as Record<string, string> };
    },
  };
}

function pathOf({ pathname, search }: URL): string {
  return pathname + search;
}

/** RFC 6265 section 5.1.4. */
function isBelow(path: string, cookiePath: string): boolean {
  const prefix = cookiePath.endsWith("/") ? cookiePath : `${cookiePath}/`;
  return path === cookiePath || path.startsWith(prefix);
}
