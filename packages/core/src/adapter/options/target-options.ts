import { isHeaderName, isHeaderValue } from "../../model/header.ts";
import { isJsonObject } from "../../model/json.ts";
import {
  breach,
  FLAG,
  FULL_TEXT,
  FUNCTION,
  OBJECT,
  oneOf,
  TEXT,
  type Rule,
  type Shape,
  type ShapeOf,
  whole,
} from "../../model/rules.ts";
import type { Capabilities, TargetProblem, TargetScopes } from "../../model/target.ts";
import { unknownNames } from "../../model/unknown-names.ts";
import { identity } from "../transport/client-credential.ts";
import {
  credentialFunction,
  isPairs,
  type AskCredential,
  type HeadersOption,
  type KeyOption,
} from "../transport/credential-functions.ts";
import { asObject, asString } from "../foreign.ts";
import type { AnswerLimits } from "../reading/read-answer.ts";
import { isCredentialHeader, targetScopes } from "./target-scopes.ts";
import { TOOL_CALL_ID } from "./tool-call-id-rule.ts";
import { isHost } from "./vendor-host.ts";

/** What every factory takes. Adapters extend it with what is their vendor's own. */
export interface TargetOptions {
  /**
   * A function is asked for the key before each request, so that tokens renew; one that fails fails the attempt as
   * `auth.invalid`. Default: the vendor's usual environment variable, if `baseURL` leads to one of the vendor's own hosts.
   */
  readonly apiKey?: KeyOption | undefined;
  /** Default: the vendor's public API. Without a query or fragment. */
  readonly baseURL?: string | URL | undefined;
  /** Sent with every request; a function is asked for them before each, as for `apiKey`. */
  readonly headers?: HeadersOption | undefined;
  /** For proxies and tests. Redirects are never followed. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Allows `http:` to other hosts than this machine: key and prompts travel readable. Default false. */
  readonly allowInsecureHttp?: boolean | undefined;
  /** Name shared by all targets whose keys share one limit (organization, project). Default: each key has its own. */
  readonly quotaGroup?: string | undefined;
  /** `never`: answers are asked for in one piece. Default `auto`: streamed, unless the endpoint refuses to. */
  readonly streaming?: "auto" | "never" | undefined;
  /** What is known better here than in the adapter's table. */
  readonly capabilities?: Partial<Capabilities> | undefined;
  /** How large an answer may be. A larger one fails as `stream.oversized`. */
  readonly limits?: AnswerLimits | undefined;
}

/** What a factory knows of its vendor when it checks its options. */
export interface OptionRules {
  /** The vendor's name, for scopes and messages. */
  readonly vendor: string;
  /** The model's id, checked to be a name. */
  readonly model: string;
  /** Used when the options have no `baseURL`. */
  readonly defaultBaseURL: string;
  /** Environment variables that may hold the key; the first that is set counts. */
  readonly keyVariables: readonly string[];
  /**
   * Hosts that this key may be sent to; a `*` at the beginning stands for any text. Default: the host of
   * `defaultBaseURL`.
   */
  readonly keyHosts?: readonly string[] | undefined;
  /** False for endpoints that may need no key. Default true. */
  readonly isKeyRequired?: boolean | undefined;
  /** A client of the vendor's SDK was given: it brings credential and URL. */
  readonly client?: ClientIdentity | undefined;
  /**
   * Headers that may hold the credential; the key goes into the first. A header of the caller's takes its place. Default:
   * `authorization`, as a bearer.
   */
  readonly keyHeaders?: readonly string[] | undefined;
  /** A credential that was given in another way than `apiKey`, and takes its place. */
  readonly credential?: string | undefined;
  /** What else is wrong. */
  readonly problems?: readonly string[] | undefined;
}

/** What a client of a vendor's SDK says of itself. */
export interface ClientIdentity {
  /** Where the client sends its requests; undefined when it does not say. */
  readonly baseURL: string | undefined;
  /** What distinguishes this client's credential from others; undefined when it does not show any. */
  readonly credential: string | undefined;
}

/** Options as a target uses them. */
export interface CheckedOptions {
  /** Trimmed; empty when there is none, and when it has to be asked for. */
  readonly apiKey: string;
  /** How the credential of each request is asked for, if it has to be. */
  readonly askCredential?: AskCredential | undefined;
  /** What distinguishes this target's key or client from others; empty when nothing does. */
  readonly credential: string;
  /** Without a slash at its end. */
  readonly baseURL: string;
  /** The host. */
  readonly endpoint: string;
  /** True when the URL is http beyond this machine, as `allowInsecureHttp` allows. Absent: it is not. */
  readonly insecure?: true | undefined;
  /** The version at the end of the vendor's own base URL, such as `/v1`, where this one has none in its path. */
  readonly lacksVersion?: string | undefined;
  /** Those that do not have to be asked for. */
  readonly headers: Readonly<Record<string, string>>;
  /** What this target shares with others, as hashed ids. */
  readonly scopes: TargetScopes;
  /** One sentence each, with the fix; never with a secret. */
  readonly problems: readonly TargetProblem[];
}

/** What a factory was called with, as far as it can be used. */
export interface GivenOptions<Options extends TargetOptions> {
  /** Empty when what was given is not a name. */
  readonly model: string;
  /** Without those that are wrong; `baseURL` is text and `headers` a plain object. */
  readonly options: PlainOptions<Options>;
  /** What is wrong with the others, for `OptionRules`. */
  readonly problems: readonly string[];
}

/** Options of which the base URL is text and the headers, if they are not a function, a plain object. */
export type PlainOptions<Options extends TargetOptions = TargetOptions> = Omit<Options, "baseURL" | "headers"> & {
  /** As text; not yet checked to be a URL. */
  readonly baseURL?: string | undefined;
  /** A plain object, or the user's function. */
  readonly headers?: Readonly<Record<string, string>> | (() => unknown) | undefined;
};

const SUPPORT = oneOf(true, false, "unknown");
const TOKENS: Rule = {
  must: "be a number of tokens or 'unknown'",
  test: (value) => value === "unknown" || (typeof value === "number" && value > 0),
};

const CAPABILITIES: ShapeOf<Capabilities> = {
  tools: SUPPORT,
  images: SUPPORT,
  urls: SUPPORT,
  files: SUPPORT,
  audio: SUPPORT,
  jsonOutput: SUPPORT,
  contextWindow: TOKENS,
  maxOutputTokens: TOKENS,
  size: oneOf("flagship", "balanced", "small", "unknown"),
  reasoning: oneOf("always", "optional", "never", "unknown"),
  reasonsByDefault: FLAG,
  retiresOn: {
    must: "be a day, such as '2027-01-31'",
    test: (value) => typeof value === "string" && /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(value),
  },
  continuation: oneOf("prefix", "prefill", "instruct"),
  keepAlives: FLAG,
  toolCallId: TOOL_CALL_ID,
};

/** What is written where a value of a capability is meant. */
const MEANT: Readonly<Record<string, string>> = {
  large: "flagship",
  medium: "balanced",
  mini: "small",
  true: "always",
  false: "never",
};

const LIMITS: ShapeOf<AnswerLimits> = { maxEventChars: whole(1), maxBytes: whole(1) };

const COMMON: ShapeOf<TargetOptions> = {
  apiKey: either(TEXT, "be a string, or a function that returns one"),
  baseURL: { ...TEXT, must: "be a string or a URL" },
  headers: either(OBJECT, "be an object of strings, a Headers, or a function that returns one of them"),
  fetch: FUNCTION,
  allowInsecureHttp: FLAG,
  quotaGroup: FULL_TEXT,
  streaming: oneOf("auto", "never"),
  capabilities: OBJECT,
  limits: OBJECT,
};
/** Options that have their own options. */
const NESTED: readonly (readonly [name: string, shape: Shape, unknown: string])[] = [
  ["capabilities", CAPABILITIES, "unknown capability"],
  ["limits", LIMITS, "unknown limit"],
];

/** A value, or a function that returns it. */
function either(rule: Rule, must: string): Rule {
  return { must, test: (value) => FUNCTION.test(value) || rule.test(value) };
}

const BROUGHT_BY_CLIENT = ["apiKey", "baseURL", "fetch"] as const;
const NO_MODEL = /[^ -~]/;
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL leads to this machine. */
export function isLoopback(url: string): boolean {
  return LOOPBACK.test(URL.parse(url)?.hostname ?? "");
}

/**
 * Reads what a factory was called with, whatever that is, once. Nothing is thrown: what cannot be used is left out and reported
 * in `problems`. `own` are the options that only this adapter has.
 */
export function readTargetOptions<Options extends TargetOptions>(
  model: unknown,
  options: unknown,
  own: Shape = {},
): GivenOptions<Options> {
  const isName = typeof model === "string" && model.trim() !== "" && !NO_MODEL.test(model);
  const problems = isName ? [] : ["the model must be a name: text that is not blank, in plain letters"];
  let kept: Readonly<Record<string, unknown>> = {};
  try {
    if (isJsonObject(options)) {
      kept = readFields(plainForms({ ...options }), { ...COMMON, ...own }, "", "unknown option", problems);
      for (const [name, shape, unknown] of NESTED) {
        const given = kept[name];
        if (isJsonObject(given)) kept = { ...kept, [name]: readFields(given, shape, `${name}.`, unknown, problems) };
      }
    } else problems.push("the options must be an object");
  } catch {
    // What a getter or proxy throws may hold anything.
    problems.push("the options cannot be read: a getter or proxy threw");
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is left is as the rules say
  return { model: isName ? model : "", options: kept as PlainOptions<Options>, problems };
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields that are as their rules say; the others are reported. */
function readFields(given: Fields, shape: Shape, prefix: string, unknown: string, problems: string[]): Fields {
  const names = Object.keys(shape);
  problems.push(...unknownNames(given, names, unknown));
  const kept: [string, unknown][] = [];
  for (const name of names) {
    const [rule, value] = [shape[name], given[name]];
    if (value === undefined || rule === undefined) continue;
    if (rule.test(value)) kept.push([name, value]);
    else problems.push(breach(`\`${prefix}${name}\``, rule, meantBy(value)));
  }
  return Object.fromEntries(kept);
}

/** What others call it. Only a right value is shown: the given one may hold anything. */
function meantBy(value: unknown): unknown {
  const name = String(typeof value === "boolean" ? value : typeof value === "string" && value).toLowerCase();
  return Object.hasOwn(MEANT, name) ? MEANT[name] : value;
}

/** The forms that are taken beside the plain ones. */
function plainForms(options: Fields): Fields {
  const { baseURL, headers } = options;
  return {
    ...options,
    ...(baseURL instanceof URL ? { baseURL: baseURL.href } : {}),
    ...(isPairs(headers) ? { headers: Object.fromEntries(headers) } : {}),
  };
}

/** Reads the options that all adapters share. Nothing is thrown: what is wrong is reported in `problems`. */
export function checkTargetOptions(options: PlainOptions, rules: OptionRules): CheckedOptions {
  const problems: TargetProblem[] = [];
  const problem: Report = (text, type = "invalid") =>
    void problems.push({ type, message: `${rules.vendor}("${rules.model}"): ${text}` });
  rules.problems?.forEach((text) => problem(text));
  for (const name of rules.client === undefined ? [] : BROUGHT_BY_CLIENT) {
    if (options[name] !== undefined) problem(`\`${name}\` and \`client\` exclude each other; set it on the client`);
  }
  const { baseURL, endpoint, insecure, lacksVersion } = checkURL(options, rules, problem);
  const apiKey = checkKey(options, rules, problem);
  const headers = typeof options.headers === "function" ? {} : checkHeaders(options.headers, problem);
  const askCredential = credentialFunction({
    apiKey: typeof options.apiKey === "function" ? options.apiKey : apiKey,
    headers: typeof options.headers === "function" ? options.headers : headers,
    keyHeaders: rules.keyHeaders ?? ["authorization"],
  });
  const asked = [options.apiKey, options.headers].flatMap((own) => (typeof own === "function" ? [identity(own)] : []));
  const credential = rules.client?.credential ?? rules.credential ?? apiKey;
  const inHeaders = Object.entries(headers).flatMap(([name, value]) => (isCredentialHeader(name) ? [value] : []));
  return {
    apiKey: askCredential === undefined ? apiKey : "",
    askCredential,
    credential,
    baseURL,
    endpoint,
    insecure,
    lacksVersion,
    headers,
    scopes: targetScopes({
      vendor: rules.vendor,
      endpoint,
      // A header takes the place of the key.
      credential: [credential, ...inHeaders, ...asked].join("\n"),
      quotaGroup: options.quotaGroup,
    }),
    problems,
  };
}

type Report = (text: string, type?: TargetProblem["type"]) => void;

function checkKey(options: PlainOptions, rules: OptionRules, problem: Report): string {
  if (rules.client !== undefined || typeof options.apiKey === "function") return "";
  const [variable] = rules.keyVariables;
  // The vendor's key is not for others to see.
  const mayUseVariable = isKeyHost(asString(options.baseURL) ?? rules.defaultBaseURL, rules);
  const fromVariable = mayUseVariable ? environment(rules.keyVariables) : undefined;
  const key = (asString(options.apiKey) ?? fromVariable ?? "").trim();
  if (key === "") {
    const ofVariable = mayUseVariable ? ` or set ${variable}` : `; ${variable} is sent to the vendor's own hosts only`;
    const hint = variable === undefined ? "" : ofVariable;
    if (rules.isKeyRequired !== false) problem(`no API key; give the option \`apiKey\`${hint}`, "no-key");
  } else if (!isHeaderValue(key)) {
    problem("the API key holds a line break, control character or letter that no key has; copy it again");
    return "";
  }
  return key;
}

function isKeyHost(url: string, { keyHosts, defaultBaseURL }: OptionRules): boolean {
  return isHost(url, keyHosts ?? [URL.parse(defaultBaseURL)?.hostname ?? ""]);
}

/** Where there is no `process`, there is no environment. */
function environment(names: readonly string[]): string | undefined {
  const variables = asObject(asObject(Reflect.get(globalThis, "process"))["env"]);
  return names.map((name) => asString(variables[name])).find((value) => value !== undefined && value.trim() !== "");
}

function checkURL(
  options: PlainOptions,
  rules: OptionRules,
  problem: Report,
): Pick<CheckedOptions, "baseURL" | "endpoint" | "insecure" | "lacksVersion"> {
  const given = rules.client === undefined ? (options.baseURL ?? rules.defaultBaseURL) : rules.client.baseURL;
  if (given === undefined) return { baseURL: "", endpoint: "client" };
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    problem("`baseURL` is no absolute http(s) URL");
    return { baseURL: "", endpoint: "invalid" };
  }
  // The text itself stays out of every message: it may hold the password.
  if (url.username !== "" || url.password !== "") problem("`baseURL` must not hold a user name or password");
  const insecure = url.protocol === "http:" && !isLoopback(given) ? true : undefined;
  if (insecure && options.allowInsecureHttp !== true) {
    problem("`baseURL` is http: key and prompts would travel readable; use https, or set `allowInsecureHttp: true`");
  }
  if (url.search !== "" || url.hash !== "") {
    problem("`baseURL` must have no query and no fragment: paths are put behind it; add what you need by `fetch`");
  }
  const [version] = /\/v\d\w*$/.exec(rules.defaultBaseURL) ?? [];
  const lacksVersion = /\/v\d/.test(url.pathname) ? undefined : version;
  if (lacksVersion !== undefined && url.host === URL.parse(rules.defaultBaseURL)?.host) {
    problem(`\`baseURL\` has to end in \`${lacksVersion}\` at this host`);
  }
  return { baseURL: given.replace(/\/{1,8}$/, ""), endpoint: url.host, insecure, lacksVersion };
}

function checkHeaders(
  headers: Readonly<Record<string, string>> | undefined,
  problem: Report,
): Readonly<Record<string, string>> {
  const kept: [string, string][] = [];
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!isHeaderName(name)) problem("`headers` holds a name that is no header name");
    else if (!isHeaderValue(value)) {
      problem(`the value of \`headers["${name}"]\` must be a string without line breaks, in Latin-1`);
    } else kept.push([name, value]);
  }
  return Object.fromEntries(kept);
}
