/** Loaded before a program: what it imports from the packages comes out of the bundle. */
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.env["UNDERSTUDY_BUNDLE"] ?? "";
const scope = "@understudy/";

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith(scope)
      ? {
          url: pathToFileURL(join(folder, `${specifier.slice(scope.length)}.js`)).href,
          format: "module",
          shortCircuit: true,
        }
      : next(specifier, context),
});
