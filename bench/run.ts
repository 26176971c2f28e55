/** `pnpm bench`: measures, prints tables or JSON, and with `--write` brings the page up to date. */
import { measureAhead } from "./measurements/ahead.ts";
import { measureFailover } from "./measurements/failover.ts";
import { measureFirstCall } from "./measurements/first-call.ts";
import { measureFirstText } from "./measurements/first-text.ts";
import { measureGenerate } from "./measurements/generate.ts";
import { measureImports } from "./measurements/imports.ts";
import { measureManyStreams } from "./measurements/many-streams.ts";
import { measureOpenStreams } from "./measurements/open-streams.ts";
import { measurePackages } from "./measurements/packages.ts";
import { measureHandOff, measureRequests } from "./measurements/requests.ts";
import { measureScaling } from "./measurements/scaling.ts";
import { measureStream, type Profile } from "./measurements/stream.ts";
import { driversOf, readOptions, usage, type MeasurementName, type Options } from "./options.ts";
import { startServer, type BenchServer } from "./process/server.ts";
import { describeMachine } from "./report/machine.ts";
import { mergeResults, readResults, type Results } from "./report/results.ts";
import type { Section } from "./report/section.ts";
import { standing } from "./report/standing.ts";
import { formatSection } from "./report/table.ts";
import { writePage } from "./report/page.ts";

const defaults: Readonly<Record<Profile, { readonly deltas: number; readonly streams: number }>> = {
  full: { deltas: 10_000, streams: 1 },
  "per-read": { deltas: 120, streams: 50 },
};

function measureStreams(server: BenchServer, options: Options): readonly (() => Promise<Section>)[] {
  return options.profiles.map((profile) => () => {
    const { deltas = defaults[profile].deltas, streams = defaults[profile].streams } = options;
    return measureStream(server, { ...options, drivers: driversOf(profile, options), profile, deltas, streams });
  });
}

function sectionsOf(name: MeasurementName, server: BenchServer, options: Options): readonly (() => Promise<Section>)[] {
  switch (name) {
    case "stream":
      return measureStreams(server, options);
    case "ttft":
      return [() => measureFirstText(server, options)];
    case "generate":
      return [() => measureGenerate(server, options)];
    case "failover":
      return [() => measureFailover(server, options)];
    case "first-call":
      return [() => measureFirstCall(server, options)];
    case "open-streams":
      return [() => measureOpenStreams(server, options)];
    case "many-streams":
      return [() => measureManyStreams(options)];
    case "requests":
      return [() => measureRequests(options)];
    case "hand-off":
      return [() => measureHandOff(options)];
    case "packages":
      return [() => measurePackages(options)];
    case "imports":
      return [() => measureImports(options)];
    case "scaling":
      return [() => measureScaling(server, options)];
    case "ahead":
      return [() => measureAhead(options)];
    default:
      throw new Error(`No such measurement: ${String(name satisfies never)}`);
  }
}

async function run(options: Options): Promise<Results> {
  const machine = describeMachine(options.withAiSdk);
  const say = options.json ? console.error : console.log;
  say(`Node ${machine.node}, ${machine.cpu}, ${machine.cores} cores\n`);
  if (!options.withAiSdk) {
    say(
      "The AI SDK and comparable libraries are left out. To include them: pnpm --dir bench/comparables install --frozen-lockfile\n",
    );
  }
  const before = readResults();
  const server = await startServer();
  const startedAt = performance.now();
  try {
    const sections: Section[] = [];
    for (const measure of options.measurements.flatMap((name) => sectionsOf(name, server, options))) {
      const from = performance.now();
      const section = await measure();
      say(`${formatSection(section)}\n\n(${Math.round((performance.now() - from) / 1_000)} s)\n`);
      sections.push(section);
      // A run that is ended early has not been for nothing.
      if (options.write) writePage(mergeResults(before, { machine, minutes: undefined, sections }));
    }
    const minutes = Math.round((performance.now() - startedAt) / 60_000);
    if (sections.length > 1) say(`${formatSection(standing(sections))}\n\n(${minutes} minutes in all)`);
    const results = { machine, minutes, sections };
    if (options.write) writePage(mergeResults(before, results));
    return results;
  } finally {
    server.stop();
  }
}

if (process.argv.includes("--help")) {
  console.log(usage);
} else {
  const options = readOptions(process.argv.slice(2));
  const results = await run(options);
  if (options.json) console.log(JSON.stringify(results, undefined, 2));
}
