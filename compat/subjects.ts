import { wishes } from "./ranges.ts";

/** A package of others that one of ours works with. */
export interface Subject {
  readonly name: string;
  /** What we take of it. */
  readonly range: string;
  /** In the folder of programs, without its ending. */
  readonly program: string;
  /** Ours that the program has, without their scope. */
  readonly ours: readonly string[];
  /** What else it has, as npm takes it. */
  readonly beside?: Readonly<Record<string, string>>;
  /** What it depends on, and ours too: both have to have the same, so that their types agree. */
  readonly shared?: string;
  /** Whether a server of Redis or Valkey is asked. */
  readonly isOverRedis?: boolean;
}

const AI_SDK = { program: "ai", ours: ["ai-sdk", "deepseek"] };
const BEDROCK = { program: "bedrock", ours: ["bedrock"] };
const HEALTH = { ours: ["redis", "deepseek"], isOverRedis: true };
const CHECKED = { ours: ["deepseek"] };

/** How each dependency and peer of ours is tried; what they take stands in their manifests. */
const WISHED: Readonly<Record<string, Omit<Subject, "name" | "range">>> = {
  openai: { program: "openai", ours: ["openai"] },
  "@anthropic-ai/sdk": { program: "anthropic", ours: ["anthropic"] },
  "@google/generative-ai": { program: "gemini", ours: ["gemini"] },
  "google-auth-library": { program: "google-auth", ours: ["gemini", "anthropic"] },
  "@smithy/core": BEDROCK,
  "@smithy/signature-v4": BEDROCK,
  "eventsource-parser": { program: "events", ours: ["deepseek"] },
  "@opentelemetry/api": { program: "otel", ours: ["otel", "deepseek"] },
  "@ai-sdk/provider": { ...AI_SDK, beside: { ai: "latest" } },
  ai: { ...AI_SDK, shared: "@ai-sdk/provider" },
  redis: { ...HEALTH, program: "redis" },
};

/** What an application may give to ours, by the documentation. */
const GIVEN: readonly Subject[] = [
  { ...HEALTH, name: "ioredis", range: ">=5.3.0", program: "ioredis" },
  { ...HEALTH, name: "iovalkey", range: ">=0.1.0", program: "iovalkey" },
  { ...CHECKED, name: "zod", range: ">=4.2.0", program: "zod" },
  { ...CHECKED, name: "arktype", range: ">=2.1.28", program: "arktype" },
  {
    ...CHECKED,
    name: "@valibot/to-json-schema",
    range: ">=1.5.0",
    program: "valibot",
    beside: { valibot: "latest" },
  },
];

/** Everything of others. Throws when a package of ours wants something that is not tried. */
export function subjects(): readonly Subject[] {
  const wished = wishes().map(({ name, range }) => {
    const how = WISHED[name];
    if (how === undefined) throw new Error(`${name} is wanted, and subjects.ts does not say how it is tried.`);
    return { name, range, ...how };
  });
  return [...wished, ...GIVEN];
}
