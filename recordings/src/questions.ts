/** A request that brings out all that a wire can answer: tools, reasoning text, usage in the stream. */
export interface Question {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const schema = { type: "object", properties: { city: { type: "string" } }, required: [] };
const said = "Why is the sky blue?";
const described = { name: "weather", description: "The weather of a city." };

export function askAnthropic(stream: boolean): Question {
  return {
    path: "/v1/messages",
    body: {
      model: "claude-sonnet-5-5",
      max_tokens: 1024,
      stream,
      messages: [{ role: "user", content: said }],
      thinking: { type: "adaptive", display: "summarized" },
      tools: [{ ...described, input_schema: schema }],
    },
  };
}

export function askResponses(stream: boolean): Question {
  return {
    path: "/responses",
    body: {
      model: "gpt-5.6-terra",
      stream,
      store: false,
      input: [{ role: "user", content: said }],
      reasoning: { effort: "low", summary: "auto" },
      include: ["reasoning.encrypted_content"],
      tools: [{ type: "function", ...described, parameters: schema, strict: false }],
    },
  };
}

export function askChat(stream: boolean): Question {
  return {
    path: "/chat/completions",
    body: {
      model: "gpt-4.1",
      stream,
      ...(stream ? { stream_options: { include_usage: true } } : {}),
      messages: [{ role: "user", content: said }],
      tools: [{ type: "function", function: { ...described, parameters: schema } }],
    },
  };
}

export function askDeepSeek(stream: boolean): Question {
  const chat = askChat(stream);
  return { ...chat, body: { ...chat.body, model: "deepseek-flash" } };
}

export function askMistral(stream: boolean): Question {
  const { path, body } = askChat(stream);
  const { stream_options: _unknown, ...known } = body;
  return { path, body: { ...known, model: "mistral-small-latest", reasoning_effort: "high" } };
}

export function askBedrock(stream: boolean): Question {
  return {
    path: `/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse${stream ? "-stream" : ""}`,
    body: {
      messages: [{ role: "user", content: [{ text: said }] }],
      additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 1024 } },
      toolConfig: { tools: [{ toolSpec: { ...described, inputSchema: { json: schema } } }] },
    },
  };
}

export function askGemini(stream: boolean): Question {
  return {
    path: `/v1beta/models/gemini-3.5-flash:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: {
      contents: [{ role: "user", parts: [{ text: said }] }],
      generationConfig: { thinkingConfig: { includeThoughts: true } },
      tools: [{ functionDeclarations: [{ ...described, parametersJsonSchema: schema }] }],
    },
  };
}
