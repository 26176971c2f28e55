export { startAnthropic } from "./simulators/anthropic/wire.ts";
export { startOpenAI } from "./simulators/openai-responses/wire.ts";
export { startOpenAIChat, type ChatSimulatorOptions } from "./simulators/openai-chat/wire.ts";
export type { CompatibleOptions } from "./simulators/openai-chat/request.ts";
export { startDeepSeek } from "./simulators/deepseek/wire.ts";
export { startGemini } from "./simulators/gemini/wire.ts";
export type { VertexSimulatorOptions } from "./simulators/vertex/wire.ts";
export { startMistral } from "./simulators/mistral/wire.ts";
export { startXAI } from "./simulators/xai/wire.ts";
export { startBedrock } from "./simulators/bedrock/wire.ts";
export { startServer } from "./simulators/server.ts";
export type {
  ScriptedAnswerSource,
  IdleEnd,
  RequestRecord,
  Step,
  Vendor,
  SimulatorOptions,
} from "./simulators/vendor.ts";
export {
  argumentDeltas,
  argumentsOf,
  deltas,
  finishOf,
  joined,
  usageOf,
  type SimulatedUsage,
} from "./simulators/answer.ts";
export { bearerOf, parseBody } from "./simulators/wire.ts";
export type { ScriptedAnswer, AnswerUsage, CitationAnswer, Finish, ToolCallAnswer } from "./simulators/answer.ts";
export type { Cut, Fault, Place } from "./faults/fault.ts";
export type {
  Admission,
  Call,
  ErrorDetail,
  Frame,
  InBandForm,
  Manner,
  ArrivedRequest,
  AdmissionRules,
  Reply,
  VendorErrorName,
  Wire,
} from "./simulators/wire.ts";
export type { Ids } from "./simulators/ids.ts";
export type { WireObject } from "./simulators/json.ts";
export type { SetTimer } from "./simulators/set-timer.ts";
export { testAdapter } from "./conformance/test-adapter.ts";
export type { Exemption } from "./conformance/exemptions.ts";
export type { CaseId } from "./conformance/cases/case-id.ts";
export type { AdapterUnderTest, SimulatorAccess, TestRunner } from "./conformance/adapter-under-test.ts";
export { testFactory } from "./conformance/factory/test-factory.ts";
export type { FactoryModule, FactoryUnderTest } from "./conformance/factory/factory-under-test.ts";
export { testReader } from "./conformance/reader/test-reader.ts";
export type { ReaderSample, ReaderUnderTest } from "./conformance/reader/reader-under-test.ts";
export { testHealthStore } from "./conformance/store/test-health-store.ts";
export type { StoreUnderTest, StoreWorld } from "./conformance/store/store-under-test.ts";
export {
  scriptedTarget,
  type ScriptedCall,
  type ScriptedTarget,
  type ScriptedTargetOptions,
} from "./fakes/scripted-target.ts";
export type { ScriptedContent, ScriptedEnd, ScriptedStep } from "./fakes/scripted-step.ts";
