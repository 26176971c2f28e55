import { asNumber, asObject, asString, type Citation, type Foreign } from "@understudy/core/adapter";

/** What of an annotation all its kinds share: of web pages, of files, of files in containers. */
export function readCitation(native: Foreign): Citation {
  // Chat Completions nests what Responses has flat.
  const annotation = { ...native, ...asObject(native["url_citation"]) };
  return {
    title: asString(annotation["title"]) ?? asString(annotation["filename"]),
    url: asString(annotation["url"]),
    start: asNumber(annotation["start_index"]),
    end: asNumber(annotation["end_index"]),
  };
}
