// Runs the Worker in a file once: `node start-worker.mjs <folder of miniflare> <file> <flags> <stage>`.
import { createRequire } from "node:module";

const [folder, path, flags, body] = process.argv.slice(2);
const { Miniflare } = createRequire(`${folder}/`)("miniflare");
const worker = new Miniflare({
  modules: [{ type: "ESModule", path }],
  compatibilityDate: "2026-07-01",
  compatibilityFlags: flags === "" ? [] : flags.split(","),
});
const response = await worker.dispatchFetch("http://worker/", { method: "POST", body });
console.log(await response.text());
await worker.dispose();
