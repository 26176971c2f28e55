import {
  asArray,
  asNumber,
  asObject,
  asString,
  type Citation,
  type Foreign,
  type SourcePart,
} from "@understudy/core/adapter";

/** Where an answer's claims come from. Ranges count the bytes of all text of the answer. */
interface Claim {
  readonly startByte: number;
  readonly endByte: number;
  readonly source: SourcePart;
}

/** Collects grounding and citations while an answer comes in. The latest grounding counts, citations add up. */
export class Citations {
  #grounding: Foreign | undefined;
  readonly #citations: Foreign[] = [];
  /** The text of the parts that are closed. */
  #before = "";

  read(candidate: Foreign): void {
    const grounding = asObject(candidate["groundingMetadata"]);
    if (Object.keys(grounding).length > 0) this.#grounding = grounding;
    const metadata = asObject(candidate["citationMetadata"]);
    // Two names for one thing, by endpoint.
    for (const citation of asArray(metadata["citationSources"] ?? metadata["citations"])) {
      this.#citations.push(asObject(citation));
    }
  }

  get grounding(): Foreign | undefined {
    return this.#grounding;
  }

  /** The citations of a text part that closes now. */
  close(text: string): readonly Citation[] {
    const all = this.#before + text;
    const first = this.#before.length;
    this.#before = all;
    const claims = this.#claims();
    if (claims.length === 0) return [];
    const offsets = characterOffsets(all, new Set(claims.flatMap((claim) => [claim.startByte, claim.endByte])));
    return claims.flatMap(({ startByte, endByte, source: { url, title } }) => {
      const [start = 0, end = all.length] = [offsets.get(startByte), offsets.get(endByte)];
      if (end <= first || start >= all.length) return [];
      return [{ url, title, start: Math.max(start, first) - first, end: end - first }];
    });
  }

  /** Every source once. */
  sources(): readonly SourcePart[] {
    const found = new Map<string, SourcePart>();
    for (const source of [...this.#chunks(), ...this.#citations.map((native) => sourceOf(native))]) {
      if (source.url !== undefined && !found.has(source.url)) found.set(source.url, source);
    }
    return [...found.values()];
  }

  #chunks(): readonly SourcePart[] {
    return asArray(this.#grounding?.["groundingChunks"])
      .map(asObject)
      .map((chunk) => sourceOf(asObject(chunk["web"] ?? chunk["maps"] ?? chunk["retrievedContext"])));
  }

  #claims(): readonly Claim[] {
    const chunks = this.#chunks();
    const supported = asArray(this.#grounding?.["groundingSupports"])
      .map(asObject)
      .flatMap((support) =>
        asArray(support["groundingChunkIndices"]).flatMap((index): readonly Claim[] => {
          const source = chunks[asNumber(index) ?? -1];
          return source === undefined ? [] : claimsOf(asObject(support["segment"]), source);
        }),
      );
    return [...supported, ...this.#citations.flatMap((native) => claimsOf(native, sourceOf(native)))];
  }
}

function sourceOf(native: Foreign): SourcePart {
  return { type: "source", url: asString(native["uri"]), title: asString(native["title"]) };
}

/** A start that is left out is zero; without an end, or a source, nothing is claimed. */
function claimsOf(segment: Foreign, source: SourcePart): readonly Claim[] {
  const endByte = asNumber(segment["endIndex"]);
  if (endByte === undefined || (source.url === undefined && source.title === undefined)) return [];
  return [{ startByte: asNumber(segment["startIndex"]) ?? 0, endByte, source }];
}

/** The UTF-16 offsets of some UTF-8 offsets, in one pass. */
function characterOffsets(text: string, wanted: ReadonlySet<number>): ReadonlyMap<number, number> {
  const offsets = new Map<number, number>();
  let byte = 0;
  let index = 0;
  for (const character of text) {
    if (wanted.has(byte)) offsets.set(byte, index);
    const code = character.codePointAt(0) ?? 0;
    byte += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
    index += character.length;
  }
  if (wanted.has(byte)) offsets.set(byte, index);
  return offsets;
}
