import type { Message, Origin, Tool } from "@understudy/core";

/** Letters, quotes, signs that escape, line breaks: what arrives is the same to the last character. */
export const VERBATIM = 'Line one\n"quoted" \\ {{é✓\u{1f642}}} <b>&amp;</b>\ttab canary';

export const HELLO: Message = { role: "user", content: "hello canary" };

/** Tools whose every word can be found. */
export const LOOKUP: Tool = {
  name: "lookup_canary",
  description: "Looks up the canary.",
  inputSchema: {
    type: "object",
    properties: {
      cage_field: { type: "string", description: "The canary's cage." },
      depth_field: { type: "string", enum: ["enum_canary", "other"] },
    },
    required: ["cage_field", "depth_field"],
    additionalProperties: false,
  },
};
export const RELEASE: Tool = {
  name: "release_canary",
  description: "Sets the canary free.",
  inputSchema: {
    type: "object",
    properties: { cage_field: { type: "string" } },
    required: ["cage_field"],
    additionalProperties: false,
  },
};

/** A target that no chain of the kit has. */
export const ELSEWHERE: Origin = { vendor: "elsewhere", model: "elsewhere-1", endpoint: "elsewhere.test" };

/** Ids that no vendor takes: blanks, signs, and longer than any limit. */
export const STRANGE_ID = "strange id|ü+1";
export const LONG_ID: string = `long_${"0123456789".repeat(30)}`;

export const FIRST_ARGUMENTS = { cage_field: 'cage "one" \\ canary', depth_field: "enum_canary" };
export const SECOND_ARGUMENTS = { cage_field: "cage two canary", depth_field: "other" };

/** What another vendor's model answered with two calls, and what its tools returned. */
export function foreignHistory(isError: boolean): readonly Message[] {
  return [
    { role: "user", content: "question canary" },
    {
      role: "assistant",
      content: [
        {
          type: "reasoning",
          text: "secret thought",
          opaque: { signature: "secret signature" },
          origin: ELSEWHERE,
        },
        { type: "text", text: "before the calls canary", origin: ELSEWHERE },
        {
          type: "tool-call",
          toolCallId: STRANGE_ID,
          toolName: "lookup_canary",
          input: FIRST_ARGUMENTS,
          opaque: { thought: "secret opaque" },
          origin: ELSEWHERE,
        },
        {
          type: "tool-call",
          toolCallId: LONG_ID,
          toolName: "lookup_canary",
          input: SECOND_ARGUMENTS,
          origin: ELSEWHERE,
        },
      ],
    },
    {
      role: "tool",
      content: [
        {
          type: "tool-result",
          toolCallId: STRANGE_ID,
          content: [
            { type: "text", text: "first part canary" },
            { type: "text", text: "second part canary" },
          ],
        },
        { type: "tool-result", toolCallId: LONG_ID, content: "other result canary", isError },
      ],
    },
    { role: "assistant", content: [{ type: "text", text: "after the calls canary", origin: ELSEWHERE }] },
    { role: "user", content: "last question canary" },
  ];
}

/** A PNG of one pixel. */
export const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
export const PDF: string = Buffer.from("%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\n%%EOF canary").toString("base64");
/** The header of a sound of no length. */
export const WAV: string = Buffer.from(
  "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0",
  "latin1",
).toString("base64");
