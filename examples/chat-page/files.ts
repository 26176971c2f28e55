/** What the browser loads: the page, and the client of the project as modules, so that nothing has to be built. */
import { readdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { extname, join } from "node:path";

const PAGE = join(import.meta.dirname, "page");
const CLIENT = join(import.meta.dirname, "../../packages/core/src/client");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ts": "text/javascript; charset=utf-8",
};

/** Nothing comes from elsewhere, and what a model writes can never run. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Reads the files once, and answers with the one that is asked for. */
export function readFiles(): (path: string) => Response {
  const files = new Map([...readFolder(PAGE, "/"), ...readFolder(CLIENT, "/client/")]);
  return (path) => {
    const name = path === "/" ? "/page.html" : path;
    const text = files.get(name);
    if (text === undefined) return new Response("There is no such page.", { status: 404 });
    return new Response(text, {
      headers: {
        "content-type": TYPES[extname(name)] ?? "",
        "content-security-policy": POLICY,
        "cache-control": "no-store",
      },
    });
  };
}

function readFolder(folder: string, prefix: string): readonly (readonly [string, string])[] {
  const names = readdirSync(folder).filter((name) => extname(name) in TYPES && !name.endsWith(".test.ts"));
  return names.map((name) => [`${prefix}${name}`, readModule(join(folder, name))]);
}

function readModule(path: string): string {
  const text = readFileSync(path, "utf8");
  if (extname(path) !== ".ts") return text;
  // A bundler would find the package; a browser needs an address.
  return stripTypeScriptTypes(text).replaceAll("@understudy/core/client", "/client/index.ts");
}
