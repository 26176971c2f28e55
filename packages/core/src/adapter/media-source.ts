import type { MediaSource } from "../model/parts.ts";

type Base64Source = Extract<MediaSource, { readonly type: "base64" }>;

export function toDataURL({ mediaType, data }: Base64Source): string {
  return `data:${mediaType};base64,${data}`;
}

/** What is text anyway, as text; undefined for everything else. */
export function toPlainText({ mediaType, data }: Base64Source): string | undefined {
  if (!/^text\/|^application\/(?:json|xml|yaml)\b/.test(mediaType)) return undefined;
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
