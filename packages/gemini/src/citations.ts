import {
  asArray,
  asNumber,
  asObject,
  asPosition,
  asString,
  isJsonObject,
  type Citation,
  type Foreign,
  type SourcePart,
} from "@understudy/core/adapter";
import { bytesOf, Count, MOST, toCharacters } from "@understudy/core/toolkit";

/** What a file search found is a passage of a document, often without a name. */
interface Source {
  readonly url: string | undefined;
  readonly title: string | undefined;
  readonly citedText: string | undefined;
}

/** Where a passage of the answer comes from. The range counts the bytes of all text of the answer. */
interface Claim {
  readonly source: Source;
  readonly startByte: number;
  /** Undefined: the vendor gives no range. */
  readonly endByte: number | undefined;
}

/** Collects grounding and citations while an answer comes in. The latest grounding counts, citations add up. */
export class Citations {
  #grounding: Foreign | undefined;
  readonly #citations: Foreign[] = [];
  readonly #count = new Count();
  readonly #shown = new Count();
  // Each text part looks through all claims.
  readonly #looks = new Count(64 * MOST);
  /** Of the open text part. */
  #text = "";
  /** Where it begins, but for the parts before it whose bytes have not been asked for yet. */
  #firstByte = 0;
  #uncounted = "";

  get grounding(): Foreign | undefined {
    return this.#grounding;
  }

  read(candidate: Foreign): void {
    const { groundingMetadata: grounding, citationMetadata: metadata } = candidate;
    if (isJsonObject(grounding) && Object.keys(grounding).length > 0) this.#grounding = grounding;
    if (!isJsonObject(metadata)) return;
    // Two names for one thing, by endpoint.
    for (const citation of asArray(metadata["citationSources"] ?? metadata["citations"])) {
      this.#count.add();
      this.#citations.push(asObject(citation));
    }
  }

  said(delta: string): void {
    this.#text += delta;
  }

  /** The citations of the text part that closes now. */
  close(): readonly Citation[] {
    const text = this.#text;
    this.#text = "";
    this.#uncounted += text;
    const claims = this.#claims();
    this.#looks.add(claims.length);
    if (claims.length === 0) return [];
    const lastByte = this.#firstByte + bytesOf(this.#uncounted);
    const firstByte = lastByte - bytesOf(text);
    this.#firstByte = lastByte;
    this.#uncounted = "";
    const cited = claims.filter(({ startByte, endByte }) =>
      // Of an answer that was withheld the claims still come: one beyond the text is about all of it.
      endByte === undefined ? firstByte === 0 : endByte > firstByte && startByte !== lastByte,
    );
    this.#shown.add(cited.length);
    const bytes = cited.flatMap(({ startByte, endByte = 0 }) => [startByte - firstByte, endByte - firstByte]);
    const offsets = toCharacters(text, new Set(bytes));
    return cited.map(({ source: { url, title, citedText }, startByte, endByte = lastByte + 1 }) => {
      const named = { url, title, ...(citedText !== undefined && { citedText }) };
      // Beyond the text: which part of it is meant is not known.
      if (startByte > lastByte) return named;
      const start = startByte <= firstByte ? 0 : offsets.get(startByte - firstByte);
      const end = endByte >= lastByte ? text.length : offsets.get(endByte - firstByte);
      return start === undefined || end === undefined ? named : { ...named, start, end };
    });
  }

  /** Every source once. What was found without a name is cited only. */
  sources(): readonly SourcePart[] {
    const all = [...this.#chunks(), ...this.#citations.map(sourceOf)];
    const named = all.flatMap(({ url, title }) =>
      (url ?? title) === undefined ? [] : [{ type: "source", url, title } as const],
    );
    return [...new Map(named.map((source) => [source.url ?? source.title, source])).values()];
  }

  #chunks(): readonly Source[] {
    return asArray(this.#grounding?.["groundingChunks"])
      .map(asObject)
      .map((chunk) => sourceOf(asObject(chunk["web"] ?? chunk["maps"] ?? chunk["retrievedContext"])));
  }

  #claims(): readonly Claim[] {
    const chunks = this.#chunks();
    const supports = asArray(this.#grounding?.["groundingSupports"]).map(asObject);
    const claims = supports.flatMap((support) =>
      asArray(support["groundingChunkIndices"]).flatMap((index): readonly Claim[] => {
        const source = chunks[asPosition(index) ?? -1];
        return source === undefined ? [] : [claimOf(asObject(support["segment"]), source)];
      }),
    );
    const cited = this.#citations.map((native) => claimOf(native, sourceOf(native)));
    return [...claims, ...cited].filter(({ source }) => Object.values(source).some((value) => value !== undefined));
  }
}

function sourceOf(native: Foreign): Source {
  return { url: asString(native["uri"]), title: asString(native["title"]), citedText: asString(native["text"]) };
}

/** A start that is left out is zero. */
function claimOf(segment: Foreign, source: Source): Claim {
  return { source, startByte: asNumber(segment["startIndex"]) ?? 0, endByte: asNumber(segment["endIndex"]) };
}
