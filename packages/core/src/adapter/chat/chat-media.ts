import type { AudioPart, ImagePart, MediaSource } from "../../model/parts.ts";
import { asNumber, asObject, asString, asText, type Foreign } from "../foreign.ts";
import { defined } from "../requests/native-fields.ts";

const MEDIA_TYPES: Readonly<Record<string, string>> = { mp3: "audio/mpeg", opus: "audio/ogg", pcm16: "audio/pcm" };

/** On a text: the id of the audio that says it. At its origin the audio alone goes back. */
export const TRANSCRIPT_OF = "transcriptOf";

/** Spoken answers: one audio of which the data comes in pieces, each of them base64 of its own. */
export class ChatAudio {
  readonly #format: string;
  readonly #pieces: string[] = [];
  #id: string | undefined;
  #expiresAt: number | undefined;

  constructor(format: string) {
    this.#format = format;
  }

  /** True if the piece holds sound: some servers always send the field, empty. */
  take(native: Foreign): boolean {
    this.#id ||= asString(native["id"]);
    this.#expiresAt ||= asNumber(native["expires_at"]);
    const data = asText(native["data"]);
    if (data === "") return false;
    this.#pieces.push(data);
    return true;
  }

  get id(): string | undefined {
    return this.#id || undefined;
  }

  /** Undefined where none came. */
  part(): AudioPart | undefined {
    if (this.#pieces.length === 0) return undefined;
    const mediaType = MEDIA_TYPES[this.#format] ?? `audio/${this.#format}`;
    const opaque = defined({ id: this.#id, expires_at: this.#expiresAt });
    return { type: "audio", source: { type: "base64", mediaType, data: joined(this.#pieces) }, opaque };
  }
}

/** An image that a model made. Undefined where there is none in it. */
export function readChatImage(native: Foreign): ImagePart | undefined {
  const url = asString(asObject(native["image_url"])["url"]);
  if (url === undefined || url === "") return undefined;
  const [head = "", data = ""] = url.slice(0, 64).startsWith("data:") ? url.split(";base64,", 2) : [];
  const source: MediaSource =
    data === "" ? { type: "url", url } : { type: "base64", mediaType: head.slice("data:".length), data };
  return { type: "image", source };
}

/** Of base64 each piece may end in padding, which stands for nothing but the end. */
function joined(pieces: readonly string[]): string {
  return pieces.slice(0, -1).some((piece) => piece.length % 4 !== 0 || piece.endsWith("="))
    ? btoa(pieces.map((piece) => atob(piece)).join(""))
    : pieces.join("");
}
