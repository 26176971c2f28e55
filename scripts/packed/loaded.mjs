// Imports one module and prints the URL of every module that was loaded for it, CommonJS included.
import { registerHooks } from "node:module";

const loaded = [];
registerHooks({
  load(url, context, nextLoad) {
    loaded.push(url);
    return nextLoad(url, context);
  },
});
await import(process.argv[2]);
console.log(JSON.stringify(loaded));
