import {
  asBoundedArray,
  asNumber,
  asObject,
  asString,
  asText,
  type Citation,
  type Foreign,
} from "@understudy/core/adapter";

/** Ranges lie in the cited document, not in the answer: they stay in the part's opaque data. */
export function readCitation(native: Foreign): Citation {
  const location = asObject(native["location"]);
  const document = Object.values(location).map((place) => asNumber(asObject(place)["documentIndex"]));
  const text = asBoundedArray(native["sourceContent"])
    .map((content) => asText(asObject(content)["text"]))
    .join("");
  const source = asString(native["source"]);
  return {
    citedText: text === "" ? undefined : text,
    title: asString(native["title"]),
    url:
      asString(asObject(location["web"])["url"]) ?? (source !== undefined && URL.canParse(source) ? source : undefined),
    documentIndex: document.find((index) => index !== undefined),
  };
}
