import { GoogleGenAI } from "@google/genai";
import { prompt, type Driver } from "../../drivers/driver.ts";
import { wires } from "../../wires/index.ts";

/** The successor of @google/generative-ai. */
export const driver: Driver = {
  stream: async (wire, baseURL) => {
    if (wire !== "gemini") return undefined;
    const client = new GoogleGenAI({ apiKey: "bench", httpOptions: { baseUrl: baseURL } });
    return async (onText) => {
      const stream = await client.models.generateContentStream({ model: wires.gemini.model, contents: prompt });
      for await (const chunk of stream) {
        const { text } = chunk;
        if (text) onText(text);
      }
    };
  },
};
