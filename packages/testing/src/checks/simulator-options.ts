import type { Rule } from "@understudy/core/adapter";
import { duration, FLAG, FULL_TEXT, FUNCTION, OBJECT, required, TEXT, type ShapeOf } from "@understudy/core/toolkit";
import type { CompatibleOptions } from "../simulators/openai-chat/request.ts";
import { isObject } from "../simulators/json.ts";
import type { SimulatorOptions } from "../simulators/vendor.ts";
import type { Wire } from "../simulators/wire.ts";
import { fieldProblems, refuse } from "./refuse.ts";

const TEXTS: Rule = {
  must: "be an array of strings",
  test: (value) => Array.isArray(value) && value.every((one) => TEXT.test(one)),
};

export const SIMULATOR: ShapeOf<SimulatorOptions> = {
  apiKey: FULL_TEXT,
  models: TEXTS,
  latencyMs: duration(0),
  organization: FULL_TEXT,
  setTimer: FUNCTION,
  port: {
    must: "be a port from 0 to 65535; 0 is any free one",
    test: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535,
  },
};

export const COMPATIBLE: ShapeOf<CompatibleOptions> = { refusedFields: TEXTS, jsonSchema: FLAG };

const WIRE: ShapeOf<Wire> = {
  name: required(FULL_TEXT),
  basePath: required(TEXT),
  keepAlive: required(OBJECT),
  unknownEvent: required(OBJECT),
  admit: required(FUNCTION),
  frames: required(FUNCTION),
  encode: required(FUNCTION),
  seal: FUNCTION,
  whole: required(FUNCTION),
  error: required(FUNCTION),
  statusError: required(FUNCTION),
  inBand: required(FUNCTION),
  headers: required(FUNCTION),
};

/** Throws for a wire that lacks something; it may have more. */
export function checkWire(wire: Wire): void {
  const needed = isObject(wire) ? Object.fromEntries(Object.keys(WIRE).map((name) => [name, wire[name]])) : wire;
  refuse("The server cannot be started", fieldProblems(needed, WIRE, "wire", "a wire"));
}
