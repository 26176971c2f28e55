import { expect, test } from "vitest";
import { testAdapter } from "../conformance/test-adapter.ts";
import { testFactory } from "../conformance/factory/test-factory.ts";
import { testHealthStore } from "../conformance/store/test-health-store.ts";
import { testReader } from "../conformance/reader/test-reader.ts";

const run = (): void => undefined;
const runner = { describe: run, test: run };
const adapter = { name: "a", startVendor: run, makeTarget: run };
const factory = { name: "a", startVendor: run, make: run, keyVariables: [], ownURLs: ["https://a.test"] };
const reader = { name: "a", make: run, samples: [{ name: "b", events: [{ data: "{}" }], text: "" }] };
const store = { name: "a", isOneProcess: true, open: run };

test.each<readonly [string, (...parameters: never) => void, readonly unknown[], string]>([
  ["no runner", testAdapter, [undefined, adapter], "its first argument must be { describe, test } of a test runner"],
  ["no adapter", testAdapter, [runner], "its second argument must be an object"],
  ["a misspelt option", testAdapter, [runner, { ...adapter, exemption: [] }], "(did you mean `exemptions`?)"],
  [
    "an adapter without a factory",
    testAdapter,
    [runner, { ...adapter, makeTarget: {} }],
    ".makeTarget must be a function",
  ],
  [
    "an exemption without a reason",
    testAdapter,
    [runner, { ...adapter, exemptions: [{ cases: ["hang"] }] }],
    "adapter.exemptions[0].reason must be a string",
  ],
  [
    "a factory without own URLs",
    testFactory,
    [runner, { ...factory, ownURLs: [] }],
    ".ownURLs must be an array that is not",
  ],
  ["a misspelt module", testFactory, [runner, { ...factory, module: { urll: "x" } }], "(did you mean `url`?)"],
  [
    "a reader without samples",
    testReader,
    [runner, { ...reader, samples: [] }],
    ".samples must be an array that is not",
  ],
  ["a misspelt sample", testReader, [runner, { ...reader, samples: [{ evnets: [] }] }], "(did you mean `events`?)"],
  ["no store", testHealthStore, [runner], "its second argument must be an object"],
  ["a store that is not opened", testHealthStore, [runner, { ...store, open: {} }], ".open must be a function"],
  ["no runner of a store", testHealthStore, [null, store], "its first argument must be { describe, test }"],
])("A kit defines no test for %s, and says what is wrong", (_name, kit, parameters, problem) => {
  expect(() => Reflect.apply(kit, undefined, [...parameters])).toThrow(problem);
});
