import type { WireName } from "../wires/wire.ts";

interface WholeAnswer {
  readonly content?: readonly { readonly text?: string }[];
  readonly output?: readonly { readonly content?: readonly { readonly text?: string }[] }[];
  readonly choices?: readonly { readonly message?: { readonly content?: string } }[];
  readonly candidates?: readonly { readonly content?: { readonly parts?: readonly { readonly text?: string }[] } }[];
}

interface ConverseAnswer {
  readonly output?: { readonly message?: { readonly content?: readonly { readonly text?: string }[] } };
}

/** The text of an answer in one piece, sent by our own server. */
export function readWhole(wire: WireName, body: string): string {
  if (wire === "bedrock") return converseText(body);
  const answer: WholeAnswer = JSON.parse(body);
  switch (wire) {
    case "anthropic":
      return answer.content?.[0]?.text ?? "";
    case "openai-responses":
    case "xai":
      return answer.output?.[0]?.content?.[0]?.text ?? "";
    case "openai-chat":
    case "deepseek":
    case "mistral":
      return answer.choices?.[0]?.message?.content ?? "";
    case "gemini":
      return answer.candidates?.[0]?.content?.parts?.[0]?.text ?? "";
    default:
      throw new Error(`No such wire: ${String(wire satisfies never)}`);
  }
}

function converseText(body: string): string {
  const answer: ConverseAnswer = JSON.parse(body);
  return answer.output?.message?.content?.[0]?.text ?? "";
}
