/** The program where there are Node's modules: with the runtime's own `fetch`, then with `nodeTransport`. */
import { nodeTransport } from "@understudy/core/node";
import { run, type Report, type StageAddress } from "./program.ts";

async function main(): Promise<Report> {
  const stage: StageAddress = JSON.parse(process.argv.at(-1) ?? "");
  const own = await run(stage);
  const ours = Object.entries(await run(stage, nodeTransport()));
  return { ...own, ...Object.fromEntries(ours.map(([scene, result]) => [`${scene} (nodeTransport)`, result])) };
}

main().then(
  (report) => console.log(JSON.stringify(report)),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
