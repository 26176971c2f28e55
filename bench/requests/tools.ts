import type { Tool } from "@understudy/core";

/** As an application describes them. */
export function toolsOf(count: number): readonly Tool[] {
  return Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? "search" : `search_${index}`,
    description: "Looks documents up by what they are about, newest first, with the passages that answer the question.",
    inputSchema: {
      type: "object",
      properties: {
        query: { type: "string", description: "What is searched for." },
        limit: { type: "integer", minimum: 1, maximum: 50 },
        languages: { type: "array", items: { type: "string", enum: ["de", "en", "fr"] } },
      },
      required: ["query"],
      additionalProperties: false,
    },
  }));
}
