import type { VendorError } from "./vendor-error.ts";

/**
 * What errors of any vendor say, for where codes say nothing. Messages quote the request: every expression begins where
 * the message does, and passes over names and plain words only, never over a quotation or what follows a colon.
 */
const TEXT_CHARS = 2_048;
const PLAIN_WORDS = String.raw`(?:[\w'’,-]{1,40} ){0,8}`;
const NAME = "(?:[`'\"][^\\s`'\"]{1,150}[`'\"]|[\\w.:/@-]{1,150})";
const BEFORE_MODEL = "(?:(?:the|this|requested|specified|provided|selected|publisher|foundation|api) ){0,3}";
const MODEL = "(?:model|deployment)(?: (?:name|id|identifier|for this resource))?";
const IS_MISSING =
  "(?:is |was |were |has been |could |does |do |did )?(?:currently )?" +
  "(?:not (?:be )?(?:found|exist|recogni[sz]ed)|unknown|invalid|decommissioned|retired|removed|no longer (?:available|supported)" +
  "|not (?:available|supported|valid)(?=[.,]?$))";

/** No capacity at the moment. */
export const OVERLOADED: RegExp = new RegExp(
  `^${PLAIN_WORDS}(?:overload(?:ed)?|high demand|capacity|too busy)\\b`,
  "i",
);

/** The limit of a day. One word in quotes, or behind a colon, is the name of a model or of the limit. */
export const DAILY: RegExp =
  /^(?:rate|quota|daily|you|your|limit)\b(?:[^"'`“”‘’{}:\n]|`[^`\s]{1,100}`){0,200}?(?:: [\w-]{0,60}?)?(?:\bper[- ]day\b|\([RT]PD\))/i;

/** The endpoint does not stream, or not for this key. */
export const NO_STREAMING: RegExp = new RegExp(
  "^(?:streaming|streamed (?:responses|answers|output)|[`'\"]?stream[`'\"]? ?[=:] ?`?true[`'\"]?)(?: (?:mode|responses|requests|output))? " +
    "(?:is|are) (?:currently )?(?:disabled|unsupported|not (?:yet )?(?:supported|enabled|allowed|available|permitted))\\b" +
    "|^(?:this|the|your) (?:model|endpoint|gateway|server|organization|account|project|deployment) " +
    "(?:(?:does|do) not support stream(?:ing|ed responses)|must be verified to stream)\\b" +
    "|^the model is unsupported for streaming\\b" +
    "|^unsupported value: 'stream' does not support true\\b",
  "i",
);

/** The credential itself is refused, not what was asked for with it. */
const BAD_CREDENTIAL = new RegExp(
  "^(?:(?:the|your|this|provided|request|security|access|bearer|api) ){0,4}(?:token|credentials?|key|signature)" +
    "(?: included in the request)? (?:we calculated )?(?:(?:is|are|was|has|have|does|been) ){0,3}(?:expired|invalid|revoked|not (?:match|valid)\\b)" +
    "|^authentication failed\\b",
  "i",
);

/** Sentences that name a model or deployment as what is missing. */
const MODEL_MISSING = new RegExp(
  // Some gateways put their path before it, or a dictionary around it.
  "^(?:\\{'error': ')?(?:/[\\w/.-]{1,60}: )?(?:" +
    `${BEFORE_MODEL}${MODEL}(?: ${NAME})?:? ${IS_MISSING}` +
    `|(?:invalid|unknown|unsupported|no such|unrecognized) ${MODEL}(?=[.:]|$| passed in\\b| specified\\b| ${NAME}[.,]?$)` +
    `|${NAME} is not a valid (?:model|deployment)\\b` +
    `|models/${NAME} is not found\\b` +
    "|could not resolve the foundation model\\b)",
  "i",
);
const MODEL_CODE =
  /^(?:model|deployment)[-_ ]?(?:not[-_]?(?:found|exist|available)|does[-_]not[-_]exist|decommissioned|deprecated|retired|unavailable)|^(?:invalid|unknown|unsupported|no[-_]such)[-_]?(?:model|deployment)(?:[-_]?(?:name|id))?$|^(?:Model|Deployment)(?:NotFound|NotExist)/i;
/** The field itself is missing, not the model that it names. */
const LEFT_OUT = /\bmissing|\brequired\b|must provide/i;
/** Anything in quotes, and addresses: they hold the words "models" and "deployments" themselves. */
const NO_WORDS = /"[^"]{0,500}"|`[^`]{0,500}`|(?<!\w)'[^']{0,500}'|https?:\/\/\S{1,500}|(?<=^|\s)\/\S{1,500}/g;
const MODEL_WORD = /\b(?:model|deployment)s?\b|model_|Deployment/i;

export function saysOverloaded(error: VendorError): boolean {
  return OVERLOADED.test(textOf(error));
}

export function saysDaily(error: VendorError): boolean {
  return DAILY.test(textOf(error));
}

/** A 403: clouds that check signatures have no other status for them. */
export function saysBadCredential(error: VendorError): boolean {
  return BAD_CREDENTIAL.test(textOf(error));
}

/** A 400 or 422: many things are refused about a model, so only its being missing counts. */
export function saysModelMissing(error: VendorError): boolean {
  const { code = "", type = "", param } = error;
  const text = textOf(error);
  if (MODEL_CODE.test(code) || MODEL_CODE.test(type) || MODEL_MISSING.test(text)) return true;
  return param === "model" && !LEFT_OUT.test(`${code} ${type} ${text}`);
}

/** A 404: something is missing, and a page says nothing about what. */
export function namesModel(error: VendorError): boolean {
  const { code = "", type = "", param = "" } = error;
  const text = textOf(error);
  if (saysModelMissing(error)) return true;
  return !text.startsWith("<") && MODEL_WORD.test(`${code} ${type} ${param} ${text.replaceAll(NO_WORDS, " ")}`);
}

function textOf({ message = "" }: VendorError): string {
  return message.slice(0, TEXT_CHARS).trimStart();
}
