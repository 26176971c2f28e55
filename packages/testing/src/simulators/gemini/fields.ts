import { isObject, listOf, words, type WireObject } from "../json.ts";

/** An object of the request with its names in camel case: the vendor takes both spellings. */
export function camel(value: unknown): WireObject {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      field,
    ]),
  );
}

export function camels(value: unknown): readonly WireObject[] {
  return listOf(value).map(camel);
}

/** The fields that exist in each message of the request; the vendor refuses all others. */
export interface KnownFields {
  readonly request: readonly string[];
  readonly content: readonly string[];
  readonly part: readonly string[];
  readonly generationConfig: readonly string[];
  readonly thinkingConfig: readonly string[];
  readonly functionCall: readonly string[];
  readonly functionResponse: readonly string[];
  readonly functionDeclaration: readonly string[];
  readonly toolConfig: readonly string[];
  readonly functionCallingConfig: readonly string[];
}

export const known: KnownFields = {
  request: words(`
    model contents systemInstruction tools toolConfig safetySettings generationConfig cachedContent serviceTier store
    continuationToken labels
  `),
  content: words(`role parts`),
  part: words(`
    text inlineData functionCall functionResponse fileData executableCode codeExecutionResult toolCall toolResponse
    thought thoughtSignature videoMetadata mediaResolution mediaProcessing partMetadata speechMetadata
    audioTranscription
  `),
  generationConfig: words(`
    candidateCount stopSequences maxOutputTokens temperature topP topK seed responseMimeType responseSchema
    responseJsonSchema responseJsonSchemaOrdered _responseJsonSchema presencePenalty frequencyPenalty responseLogprobs
    logprobs enableEnhancedCivicAnswers responseModalities speechConfig thinkingConfig imageConfig mediaResolution
    responseFormat translationConfig
  `),
  thinkingConfig: words(`includeThoughts thinkingBudget thinkingLevel`),
  functionCall: words(`id name args`),
  functionResponse: words(`id name response parts willContinue scheduling`),
  functionDeclaration: words(`name description parameters parametersJsonSchema response responseJsonSchema behavior`),
  toolConfig: words(`functionCallingConfig retrievalConfig includeServerSideToolInvocations`),
  functionCallingConfig: words(`mode allowedFunctionNames`),
};
