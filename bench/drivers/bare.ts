/** The limit: one fetch, one parser of events, one JSON.parse per event, consumed by callback. */
import type { Driver } from "./driver.ts";
import { readEvents } from "./read-events.ts";
import { readWhole } from "./read-whole.ts";
import { plainRequest } from "./requests.ts";
import { readText } from "./read-text.ts";

export const bare: Driver = {
  stream: async (wire, baseURL) => {
    const { url, headers, body } = plainRequest(wire, baseURL, true);
    const read = readText[wire];
    return async (onText) => {
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
      if (!response.ok || response.body === null) throw new Error(`POST ${url}: ${response.status}`);
      const feed = readEvents(wire, (data) => {
        const text = read(data);
        if (text) onText(text);
      });
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        feed(value);
      }
    };
  },
  answer: async (wire, baseURL) => {
    const { url, headers, body } = plainRequest(wire, baseURL, false);
    return async () => {
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`POST ${url}: ${response.status}`);
      return readWhole(wire, await response.text());
    };
  },
};
