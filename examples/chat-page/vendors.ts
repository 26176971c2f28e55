/** The simulated vendors behind the page: what they answer, and what can happen to Claude. */
import type { Fault, ScriptedAnswerSource, Vendor } from "@understudy/testing";
import { z } from "zod";

/** What can happen to Claude. A fault at the twelfth word leaves half an answer on the screen. */
const STRIKES: Readonly<Record<string, Fault>> = {
  unavailable: { type: "status", status: 503 },
  silence: { type: "silence", at: { deltas: 12 } },
  cut: { type: "cut", at: { deltas: 12 }, how: "reset" },
  credit: { type: "error", error: "out-of-quota" },
};

/** An outage does not end with the first request. */
const REQUESTS_OF_AN_OUTAGE = 1_000;

/** From now on this happens to every request. Any other name heals the vendor; returns what happens now. */
export function strike(vendor: Vendor, name: string): string {
  const fault = Object.hasOwn(STRIKES, name) ? STRIKES[name] : undefined;
  vendor.script(fault === undefined ? [] : Array.from({ length: REQUESTS_OF_AN_OUTAGE }, () => ({ fault })));
  return fault === undefined ? "heal" : name;
}

type Speaker = "Claude" | "GPT";

/** The two do not use the same words, so that one can see who is speaking. */
const ANSWERS: Readonly<Record<string, Readonly<Record<Speaker, string>>>> = {
  "Why is the sky blue?": {
    Claude:
      "Sunlight looks white, but it holds every colour of the rainbow. On its way through the air, blue light is turned aside far more than red, and reaches you from everywhere.",
    GPT: "Because air scatters short waves best: blue light is bounced around until it comes from every direction, while red goes almost straight on.",
  },
  "How do bees find home?": {
    Claude:
      "A bee learns the neighbourhood before she works in it. On her first flights she circles the hive and looks back, again and again, until she knows how it looks from each side. Later she steers by the sun and counts what she passes.",
    GPT: "It keeps a running sum: every turn and every stretch of the way out is added up, with the sun as the compass. That gives one straight line back, and landmarks near the hive correct the last few metres.",
  },
  "What is a leap second?": {
    Claude:
      "A day by the atomic clock is always of the same length, but a day of the turning Earth is not. When the two drift apart by most of a second, one more is put in at the end of June or December, and a minute has sixty-one.",
    GPT: "One second that is added to civil time, so that noon stays where the sun says it is. The Earth turns a little unevenly, atomic clocks do not, and somebody has to give way: it is the clocks.",
  },
};

/** The canned answer to the last question, or one that repeats it, word by word. */
export function answerOf(speaker: Speaker, deltaDelayMs: number): ScriptedAnswerSource {
  return ({ body }) => {
    const question = lastQuestion(body);
    const text =
      ANSWERS[question]?.[speaker] ??
      `You asked: “${question}” I am only a simulated ${speaker}, which knows the answers to three questions and repeats every other one, like this one of yours.`;
    return { text: text.match(/\S+\s*/g) ?? [], deltaDelayMs };
  };
}

const Turns = z.array(z.object({ role: z.string(), content: z.array(z.object({ text: z.string() })) }));
/** The bodies of the two APIs, as far as they matter here. */
const Body = z.union([
  z.object({ messages: Turns }).transform(({ messages }) => messages),
  z.object({ input: Turns }).transform(({ input }) => input),
]);

function lastQuestion(body: unknown): string {
  const turn = Body.parse(body).findLast(({ role }) => role === "user");
  return turn?.content.map(({ text }) => text).join("") ?? "";
}
