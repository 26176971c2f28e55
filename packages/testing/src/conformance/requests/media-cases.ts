import type { ToolResultContent, UserPart } from "@understudy/core";
import { ELSEWHERE, HELLO, LOOKUP, PDF, PNG, WAV } from "./canaries.ts";
import type { Carried, RequestCase } from "./request-case.ts";

const IMAGE = { type: "image", source: { type: "base64", mediaType: "image/png", data: PNG } } as const;
const URL_CANARY = "https://pictures.example/canary.png";
const TEXT_FILE = Buffer.from("text file canary").toString("base64");
const CAPABILITIES = { text: undefined, opaque: undefined, image: "images", file: "files", audio: "audio" } as const;

/** Media arrive, or the target says that it does not take them: then the next tier is asked. Nothing is left out unseen. */
export const MEDIA_CASES: readonly RequestCase[] = [
  media("media.image", "an image and its media type", IMAGE, [
    { what: "the image's data", sought: PNG },
    { what: "the image's media type", sought: "image/png", orWord: "png" },
  ]),
  media("media.image-url", "an image by its URL", { type: "image", source: { type: "url", url: URL_CANARY } }, [
    { what: "the image's URL", sought: URL_CANARY },
  ]),
  media("media.pdf", "a document", file("application/pdf", PDF), [
    { what: "the document's data", sought: PDF },
    { what: "the document's media type", sought: "application/pdf", orWord: "pdf" },
  ]),
  media("media.text-file", "a text file, as its data or as text", file("text/plain", TEXT_FILE), [
    { what: "the file", sought: TEXT_FILE, or: "text file canary" },
  ]),
  media("media.file-name", "the name of a document", { ...file("application/pdf", PDF), name: "canary-name.pdf" }, [
    { what: "the document's name", sought: "canary-name", loss: /name/ },
  ]),
  media(
    "media.audio",
    "a sound recording",
    {
      type: "audio",
      source: { type: "base64", mediaType: "audio/wav", data: WAV },
    },
    [{ what: "the recording's data", sought: WAV }],
  ),
  {
    ...media(
      "media.vendor-file",
      "a file that the vendor keeps",
      { type: "file", source: { type: "vendor-file", vendor: "", id: "" } },
      [{ what: "the file's id", sought: "file-canary-1" }],
    ),
    request: ({ vendor }) => ({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "hello canary" },
            { type: "file", source: { type: "vendor-file", vendor, id: "file-canary-1" } },
          ],
        },
      ],
    }),
    mayBeRefused: true,
  },
  {
    id: "media.tool-result",
    name: "an image in the result of a tool, beside its text",
    request: () => ({ messages: calledWith([{ type: "text", text: "result canary" }, IMAGE]), tools: [LOOKUP] }),
    carried: [
      { what: "the text of the result", sought: "result canary" },
      { what: "the image of the result", sought: PNG, loss: /image/ },
    ],
    mayBeUnsupported: true,
  },
  {
    id: "media.answer",
    name: "an image that a model made",
    request: () => ({
      messages: [
        HELLO,
        {
          role: "assistant",
          content: [
            { type: "text", text: "answer canary" },
            { ...IMAGE, origin: ELSEWHERE },
          ],
        },
        HELLO,
      ],
    }),
    carried: [
      { what: "the text of the answer", sought: "answer canary" },
      { what: "the image of the answer", sought: PNG, loss: /image/ },
    ],
    mayBeUnsupported: true,
  },
];

function file(mediaType: string, data: string): Extract<UserPart, { readonly type: "file" }> {
  return { type: "file", source: { type: "base64", mediaType, data } };
}

function media(id: RequestCase["id"], name: string, part: UserPart, carried: readonly Carried[]): RequestCase {
  return {
    mayBeRefused: CAPABILITIES[part.type],
    id,
    name,
    request: () => ({ messages: [{ role: "user", content: [{ type: "text", text: "hello canary" }, part] }] }),
    carried: [{ what: "the text beside it", sought: "hello canary" }, ...carried],
    mayBeUnsupported: true,
  };
}

function calledWith(content: readonly ToolResultContent[]): ReturnType<RequestCase["request"]>["messages"] {
  return [
    HELLO,
    {
      role: "assistant",
      content: [{ type: "tool-call", toolCallId: "call_1", toolName: "lookup_canary", input: { cage_field: "x" } }],
    },
    { role: "tool", content: [{ type: "tool-result", toolCallId: "call_1", content }] },
  ];
}
