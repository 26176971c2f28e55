import type { Shape } from "@understudy/core/adapter";
import {
  ANYTHING,
  FLAG,
  FULL_TEXT,
  FUNCTION,
  LIST,
  OBJECT,
  oneOf,
  required,
  TEXT,
  type ShapeOf,
} from "@understudy/core/toolkit";
import type { AdapterUnderTest, TestRunner } from "../conformance/adapter-under-test.ts";
import type { Exemption } from "../conformance/exemptions.ts";
import type { FactoryModule, FactoryUnderTest } from "../conformance/factory/factory-under-test.ts";
import type { ReaderSample, ReaderUnderTest } from "../conformance/reader/reader-under-test.ts";
import type { StoreUnderTest } from "../conformance/store/store-under-test.ts";
import { isObject } from "../simulators/json.ts";
import { fieldProblems, listProblems, refuse } from "./refuse.ts";

const RUN = required(FUNCTION);
const NAME = required(FULL_TEXT);
const FILLED = {
  must: "be an array that is not empty",
  test: (value: unknown) => Array.isArray(value) && value.length > 0,
};

const ADAPTER: ShapeOf<AdapterUnderTest> = {
  name: NAME,
  startVendor: RUN,
  makeTarget: RUN,
  optionsKey: FULL_TEXT,
  exemptions: LIST,
};
const EXEMPTION: ShapeOf<Exemption> = {
  cases: required(LIST),
  reason: required(TEXT),
  form: oneOf("stream", "generate"),
  harmful: oneOf(true),
};

const FACTORY: ShapeOf<FactoryUnderTest> = {
  name: NAME,
  startVendor: RUN,
  make: RUN,
  keyVariables: required(LIST),
  ownURLs: required(FILLED),
  environment: OBJECT,
  module: OBJECT,
};
const MODULE: ShapeOf<FactoryModule> = { url: NAME, factory: NAME, model: NAME, flags: LIST, loads: LIST };

const READER: ShapeOf<ReaderUnderTest> = { name: NAME, make: RUN, samples: required(FILLED) };
const STORE: ShapeOf<StoreUnderTest> = { name: NAME, isOneProcess: required(FLAG), open: RUN };
const SAMPLE: ShapeOf<ReaderSample> = { name: NAME, events: required(FILLED), whole: ANYTHING, text: required(TEXT) };

export function checkAdapter(runner: TestRunner, adapter: AdapterUnderTest): void {
  checkSubject("testAdapter", runner, adapter, ADAPTER, () =>
    listProblems(adapter.exemptions, EXEMPTION, "adapter.exemptions", "an object, { cases, reason }"),
  );
}

export function checkFactory(runner: TestRunner, factory: FactoryUnderTest): void {
  checkSubject("testFactory", runner, factory, FACTORY, () =>
    factory.module === undefined ? [] : fieldProblems(factory.module, MODULE, "factory.module", "an object"),
  );
}

export function checkReader(runner: TestRunner, reader: ReaderUnderTest): void {
  checkSubject("testReader", runner, reader, READER, () =>
    listProblems(reader.samples, SAMPLE, "reader.samples", "an object, { name, events, text }"),
  );
}

export function checkStore(runner: TestRunner, store: StoreUnderTest): void {
  checkSubject("testHealthStore", runner, store, STORE, () => []);
}

/** Throws for what a kit cannot use. Otherwise its tests would fail one by one, or test less than they say. */
function checkSubject(kit: string, runner: unknown, subject: unknown, shape: Shape, nested: () => string[]): void {
  const { describe, test } = isObject(runner) ? runner : {};
  const isRunner = FUNCTION.test(describe) && FUNCTION.test(test);
  refuse(`${kit} cannot be called like this`, [
    ...(isRunner ? [] : ["its first argument must be { describe, test } of a test runner"]),
    ...fieldProblems(subject, shape, "its second argument", "an object"),
    ...(isObject(subject) ? nested() : []),
  ]);
}
