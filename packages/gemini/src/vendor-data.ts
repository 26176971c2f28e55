import { asArray, asJsonObject, Count, isJsonObject, type Foreign, type JsonObject } from "@understudy/core/adapter";

/** What is said about an answer beside it. The latest of each counts. */
const OF_CHUNK = ["responseId", "modelStatus", "promptFeedback", "createTime"];
const OF_CANDIDATE = ["safetyRatings", "urlContextMetadata", "finishMessage", "avgLogprobs"];
const OF_USAGE = ["serviceTier", "trafficType"];
const LOGPROBS = ["chosenCandidates", "topCandidates"] as const;

/** Collects by reference what an answer has no common words for. */
export class VendorData {
  readonly #data: Record<string, unknown> = {};
  readonly #logprobs: Record<(typeof LOGPROBS)[number], unknown[]> = { chosenCandidates: [], topCandidates: [] };
  readonly #count = new Count();

  ofChunk(chunk: Foreign, usage: Foreign): void {
    this.#take(chunk, OF_CHUNK);
    this.#take(usage, OF_USAGE);
  }

  ofCandidate(candidate: Foreign): void {
    this.#take(candidate, OF_CANDIDATE);
    const { logprobsResult } = candidate;
    if (!isJsonObject(logprobsResult)) return;
    // Those of the tokens that have just come.
    for (const name of LOGPROBS) {
      for (const token of asArray(logprobsResult[name])) {
        this.#count.add();
        this.#logprobs[name].push(token);
      }
    }
    this.#data["logprobsResult"] = this.#logprobs;
  }

  get collected(): JsonObject | undefined {
    return Object.keys(this.#data).length === 0 ? undefined : asJsonObject(this.#data);
  }

  #take(from: Foreign, names: readonly string[]): void {
    for (const name of names) if (from[name] !== undefined) this.#data[name] = from[name];
  }
}
