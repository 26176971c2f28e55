import type { MediaSource } from "../../model/parts.ts";
import type { TargetRequest } from "../../model/target.ts";
import { unsupported } from "../failures/unsupported.ts";

/**
 * Throws where a request refers to what lies with the vendor and goes to a place that has none of it. `isThere`: whether
 * a source can be read there all the same. Default: no file of the vendor's can.
 */
export function refuseVendorFiles(
  { messages }: Pick<TargetRequest, "messages">,
  isThere: (source: MediaSource) => boolean = ({ type }) => type !== "vendor-file",
): void {
  for (const { content } of messages) {
    for (const part of content) {
      const inside = part.type === "tool-result" ? part.content : [part];
      for (const one of inside) {
        const isMedia = one.type === "image" || one.type === "file" || one.type === "audio";
        if (isMedia && !isThere(one.source)) throw unsupported("files");
      }
    }
  }
}
