import type { Citation } from "../../model/parts.ts";
import { asNumber, asObject, asString, type Foreign } from "../foreign.ts";

/**
 * What of an annotation all its kinds share: of web pages, of files, of files in containers. A file without a name is
 * called by its id.
 */
export function readAnnotation(native: Foreign): Citation {
  // Some wires nest what others have flat.
  const annotation = { ...native, ...asObject(native["url_citation"]) };
  return {
    title: asString(annotation["title"]) ?? asString(annotation["filename"]) ?? asString(annotation["file_id"]),
    url: asString(annotation["url"]),
    start: asNumber(annotation["start_index"]),
    end: asNumber(annotation["end_index"]),
  };
}
