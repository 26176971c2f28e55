import { asNumber, asString, type Citation, type Foreign } from "@understudy/core/adapter";

/**
 * What all of this vendor's citation kinds have in common. Its ranges lie in the cited document, not in the answer, so
 * they stay in the part's opaque data.
 */
export function readCitation(native: Foreign): Citation {
  return {
    citedText: asString(native["cited_text"]),
    title: asString(native["document_title"]) ?? asString(native["title"]),
    url: asString(native["url"]) ?? asString(native["source"]),
    documentIndex: asNumber(native["document_index"]),
  };
}
