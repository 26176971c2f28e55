import { calls, fine, malformed, oversized, type HostileCase, type Outcome } from "./case.ts";
import { list, listOf, MI, names, objects } from "./json.ts";
import { anthropicWire, block, messageStream, textBlock } from "./wires/anthropic.ts";
import { chatCall, chatStream, chatWire, chunk, completion, deepseekWire, mistralWire } from "./wires/chat.ts";
import { candidate, content, geminiText, geminiWire } from "./wires/gemini.ts";
import {
  item,
  outputMessage,
  outputText,
  response,
  responsesWire,
  responseStream,
  xaiWire,
} from "./wires/responses.ts";
import { FINE, times, type Form, type Wire } from "./wires/wire.ts";

/** No list has them, and arrays take the first. */
const FAR = ["4294967293", "400000000", "16384", "1e308"];
/** No positions at all. */
const ODD = ["-1", "1.5", '"0"', "null", "[]"];

function rows(
  wire: Wire,
  form: Form,
  kinds: readonly (readonly [name: string, expected: Outcome, body: () => string])[],
): readonly HostileCase[] {
  return kinds.map(([name, expected, body]) => ({ name, wire, form, expected, body }));
}

function everyIndex(
  wire: Wire,
  name: string,
  body: (index: string) => string,
  expected: Outcome = fine,
): readonly HostileCase[] {
  return [
    ...FAR.map((index) => [`${name} ${index}`, malformed, () => body(index)] as const),
    ...ODD.map((index) => [`${name} ${index}`, expected, () => body(index)] as const),
  ].flatMap((kind) => rows(wire, "streamed", [kind]));
}

function blockAt(index: string): string {
  const [start = "", ...rest] = block(0, textBlock(FINE)).map((event) =>
    event.replace('"index":0', () => `"index":${index}`),
  );
  return messageStream([start, ...rest]);
}

const OPEN_BLOCK = (index: number): string =>
  `{"type":"content_block_start","index":${index},"content_block":{"type":"text","text":""}}`;
const SEARCH_RESULT = '{"type":"web_search_result","url":"https://a.test"}';

const anthropicCases = [
  ...everyIndex(anthropicWire, "block index", blockAt),
  ...rows(anthropicWire, "streamed", [
    ["20,000 open blocks", malformed, () => messageStream(times(20_000, (index) => [OPEN_BLOCK(index)]))],
    [
      "compaction in 20,000 pieces, each with a name of its own",
      fine,
      () =>
        anthropicWire.streamed(
          block(
            0,
            '{"type":"compaction"}',
            times(20_000, (index) => [`{"type":"compaction_delta","n${index}":1}`]),
          ),
        ),
    ],
    [
      "the input of a server tool 5,000 deep",
      fine,
      () =>
        anthropicWire.streamed(
          block(0, '{"type":"server_tool_use","id":"s","name":"web_search","input":{}}', [
            `{"type":"input_json_delta","partial_json":${JSON.stringify(objects(5_000))}}`,
          ]),
        ),
    ],
    [
      "20,000 search results",
      malformed,
      () =>
        anthropicWire.streamed(
          block(0, `{"type":"web_search_tool_result","content":${list(20_000, () => SEARCH_RESULT)}}`),
        ),
    ],
  ]),
];

const responseText = (contentIndex: string, outputIndex = "0"): string =>
  `{"type":"response.output_text.delta","output_index":${outputIndex},"content_index":${contentIndex},"delta":${FINE}}`;
const EMPTY_MESSAGE = outputMessage("");
const openMessage = `{"type":"response.output_item.added","output_index":0,"item":${EMPTY_MESSAGE}}`;
const openCall = (index: number): string =>
  `{"type":"response.output_item.added","output_index":${index},"item":{"type":"function_call","call_id":"c${index}","name":"t"}}`;
const wholeCall = (index: number): string =>
  `{"type":"function_call","call_id":"c${index}","name":"t","arguments":"{}"}`;

const responsesCases = [
  ...everyIndex(responsesWire, "content index", (index) => responseStream([openMessage, responseText(index)])),
  ...everyIndex(responsesWire, "output index", (index) =>
    responseStream(
      item(0, outputMessage(outputText(FINE))).map((event) => event.replace('index":0', () => `index":${index}`)),
    ),
  ),
  ...everyIndex(responsesWire, "summary index", (index) =>
    responsesWire.streamed([
      '{"type":"response.output_item.added","output_index":1,"item":{"type":"reasoning"}}',
      `{"type":"response.reasoning_summary_text.delta","output_index":1,"summary_index":${index},"delta":"x"}`,
    ]),
  ),
  ...rows(responsesWire, "streamed", [
    [
      "a refusal at position 4294967293",
      malformed,
      () =>
        responseStream([
          openMessage,
          '{"type":"response.refusal.delta","output_index":0,"content_index":4294967293,"delta":"no"}',
        ]),
    ],
    [
      "2,000 messages, each with its text at position 16383",
      { text: "fine".repeat(2_000) },
      () =>
        responseStream(
          times(2_000, () => [
            openMessage,
            responseText("16383"),
            `{"type":"response.output_item.done","output_index":0,"item":${EMPTY_MESSAGE}}`,
          ]),
        ),
    ],
    [
      "10,000 open calls that end together",
      calls,
      () =>
        responseStream(
          times(10_000, (index) => [openCall(index)]),
          "",
          times(10_000, (index) => [wholeCall(index)]),
        ),
    ],
    [
      "a million annotations that are numbers",
      malformed,
      () => responseStream(item(0, outputMessage(outputText(FINE, listOf("1", 2 * MI))))),
    ],
    [
      "20,000 sources of a search",
      malformed,
      () =>
        responsesWire.streamed(
          item(1, `{"type":"web_search_call","action":{"sources":${list(20_000, () => '{"url":"https://a.test"}')}}}`),
        ),
    ],
    [
      "an item of a type that nobody knows, 900 deep",
      fine,
      () => responsesWire.streamed(item(1, `{"type":"x","y":${objects(900)}}`)),
    ],
  ]),
  ...rows(responsesWire, "whole", [
    ["20,000 items of nothing", malformed, () => response(times(20_000, () => ["{}"]))],
    ["300,000 items of nothing", oversized, () => response(times(300_000, () => ["{}"]))],
  ]),
];

const SEARCH = '{"type":"custom_tool_call","call_id":"c","name":"x_keyword_search","input":"{}"}';

/** A call of this format that the vendor runs itself is none for the application, however many there are. */
const xaiCases = [
  ...rows(xaiWire, "streamed", [
    ["2,000 searches with one id", fine, () => xaiWire.streamed(times(2_000, (index) => item(index + 1, SEARCH)))],
    ["20,000 searches", malformed, () => xaiWire.streamed(times(20_000, (index) => item(index + 1, SEARCH)))],
    [
      "an error whose text is 900 lists deep",
      { class: "unknown" },
      () => xaiWire.streamed([`{"code":"unavailable","error":${"[".repeat(900)}${"]".repeat(900)}}`]),
    ],
  ]),
];

function callAt(index: string): string {
  return chunk(`{"tool_calls":[{"index":${index},"id":"c","function":{"name":"t","arguments":"{}"}}]}`);
}

function chatCases(wire: Wire): readonly HostileCase[] {
  return [
    ...everyIndex(wire, "call index", (index) => chatStream([callAt(index)], "tool_calls"), calls),
    ...everyIndex(wire, "choice index", (index) =>
      chatStream([chunk(`{"content":${FINE}}`).replace('"index":0', () => `"index":${index}`)]),
    ).filter(({ expected }) => expected === malformed),
    ...rows(wire, "whole", [
      [
        "100,000 calls",
        malformed,
        () => completion(`"tool_calls":${list(100_000, (index) => chatCall(index, '"{}"'))}`, "tool_calls"),
      ],
    ]),
  ];
}

const byId = (index: number): string => `{"id":"c${index}","function":{"arguments":" "}}`;

const openaiChatCases = [
  ...chatCases(chatWire),
  ...rows(chatWire, "streamed", [
    [
      "5,000 calls without positions, and 50,000 pieces of them",
      calls,
      () =>
        chatStream(
          [
            chunk(
              `{"tool_calls":${list(5_000, (index) => `{"id":"c${index}","function":{"name":"t","arguments":"{}"}}`)}}`,
            ),
            ...times(10, () => [chunk(`{"tool_calls":${list(5_000, byId)}}`)]),
          ],
          "tool_calls",
        ),
    ],
    [
      "a million annotations that are numbers",
      malformed,
      () => chatStream([chunk(`{"content":${FINE},"annotations":${listOf("1", 2 * MI)}}`)]),
    ],
    [
      "a text of a million parts that are numbers",
      fine,
      () => chatStream([chunk(`{"content":${listOf("1", 2 * MI)}}`), chunk(`{"content":${FINE}}`)]),
    ],
    [
      "20 counts of usage with 5,000 names each",
      fine,
      () =>
        chatWire.streamed(
          times(20, (time) => [chatWire.noise(`,"usage":${names(5_000).replaceAll("n", () => `n${time}_`)}`)]),
        ),
    ],
  ]),
];

/** A call whose arguments come in pieces with these paths. */
function pathed(paths: readonly string[]): string {
  return content("streamed", [
    ['{"functionCall":{"name":"t","willContinue":true}}'],
    ...paths.map((path) => [
      `{"functionCall":{"willContinue":true,"partialArgs":[{"jsonPath":${JSON.stringify(path)},"stringValue":"x"}]}}`,
    ]),
    ['{"functionCall":{}}'],
  ]);
}

const numbered = (count: number, path: (index: number) => string): readonly string[] =>
  times(count, (index) => [path(index)]);
const SIGNED = `{"text":"a","thoughtSignature":"s"}`;
const SUPPORTS = list(1_000, () => '{"segment":{"startIndex":1,"endIndex":2},"groundingChunkIndices":[0]}');
const GROUNDING = `,"groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://a.test"}}],"groundingSupports":${SUPPORTS}}`;

const geminiCases = [
  ...everyIndex(geminiWire, "candidate index", (index) =>
    content("streamed", [[geminiText(FINE)]]).replace('"index":0', () => `"index":${index}`),
  ).filter(({ expected }) => expected === malformed),
  ...rows(geminiWire, "streamed", [
    ["20 paths to element 999999", malformed, () => pathed(numbered(20, (index) => `$.a${index}[999999]`))],
    ["a path to element 4294967294", malformed, () => pathed(["$.a[4294967294]"])],
    ["a path to element 65", malformed, () => pathed(["$.a[65]"])],
    [
      "10,000 paths that leave out a few elements",
      calls,
      () => pathed(numbered(10_000, (index) => `$.a[${index * 2}]`)),
    ],
    ["a path 100,000 deep", malformed, () => pathed([`$${".a".repeat(100_000)}`])],
    ["a path 900 deep", calls, () => pathed([`$${".a".repeat(900)}`])],
    [
      "30 paths 900 deep, each beside the other",
      malformed,
      () => pathed(numbered(30, (index) => `$.b${index}${".a".repeat(900)}`)),
    ],
    [
      "paths to prototypes",
      calls,
      () => pathed(["$.__proto__.polluted", "$.constructor.prototype.polluted", "$['__proto__'].polluted"]),
    ],
    ["a path to the length of a list", malformed, () => pathed(["$.a[0]", "$.a.length"])],
    ["a path to an element of an object", malformed, () => pathed(["$.a.b", "$.a[1000]"])],
    ["a text in 20,000 pieces", calls, () => pathed(numbered(20_000, () => "$.text"))],
    [
      "1,000 claims that 2,000 parts look through",
      malformed,
      () =>
        geminiWire.streamed([
          candidate(
            times(2_000, () => [SIGNED]),
            GROUNDING,
          ),
        ]),
    ],
    [
      "a source at position 4294967293",
      malformed,
      () => content("streamed", [[geminiText(FINE)]], GROUNDING.replace("[0]", "[4294967293]")),
    ],
  ]),
  ...rows(geminiWire, "whole", [
    ["a million candidates", oversized, () => `{"candidates":${listOf("{}", 3 * MI)}}`],
    [
      "an array of 20,000 chunks",
      { text: "x".repeat(20_000) },
      () =>
        `[${times(20_000, () => [candidate([geminiText('"x"')])]).join(",")},${candidate([], ',"finishReason":"STOP"')}]`,
    ],
  ]),
];

export const OWN_CASES: readonly HostileCase[] = [
  ...anthropicCases,
  ...responsesCases,
  ...xaiCases,
  ...openaiChatCases,
  ...chatCases(deepseekWire),
  ...chatCases(mistralWire),
  ...geminiCases,
];
