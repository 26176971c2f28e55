import { isFailover } from "../failover.ts";
import { isObject, KEY } from "../metadata.ts";

/**
 * Takes back what a failover voids, in a UI message stream of the AI SDK's `toUIMessageStream`: behind it a chat shows the
 * whole answer alone. At the failover's part all parts of the step are reset, and the marker between the two answers is
 * left out. Server and browser need `ai` 7.0.70.
 */
export function retractDiscarded<Chunk extends { type: string }>(): TransformStream<Chunk, Chunk> {
  const markers = new Set<unknown>();
  return new TransformStream<Chunk, Chunk>({
    transform(chunk, controller) {
      const id: unknown = Reflect.get(chunk, "id");
      if (chunk.type === "text-start" && isMarker(chunk)) markers.add(id);
      if (chunk.type.startsWith("text-") && markers.has(id)) {
        if (chunk.type === "text-end") markers.delete(id);
        return;
      }
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every UI message stream has this chunk
      if (isFailover(chunk)) controller.enqueue({ type: "reset-step" } as Chunk);
      controller.enqueue(chunk);
    },
  });
}

function isMarker(chunk: object): boolean {
  const metadata: unknown = Reflect.get(chunk, "providerMetadata");
  const own = isObject(metadata) ? metadata[KEY] : undefined;
  return isObject(own) && own["marker"] === true;
}
