import type { Capabilities, TargetScopes } from "../model/target.ts";
import { asObject, asString } from "./foreign.ts";
import { isCredentialHeader, targetScopes } from "./scope-id.ts";
import { isHost } from "./vendor-host.ts";

/** What every factory takes. Adapters extend it with what is their vendor's own. */
export interface TargetOptions {
  /** Default: the vendor's usual environment variable, if `baseURL` leads to one of the vendor's own hosts. */
  readonly apiKey?: string | undefined;
  /** Default: the vendor's public API. */
  readonly baseURL?: string | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
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
}

export interface OptionRules {
  readonly vendor: string;
  readonly model: string;
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
  /** Names of the options that only this adapter has. */
  readonly ownOptions: readonly string[];
  /** A client of the vendor's SDK was given: it brings credential and URL. */
  readonly client?: ClientIdentity | undefined;
  /** A credential that was given in another way than `apiKey`, and takes its place. */
  readonly credential?: string | undefined;
  /** What else is wrong. */
  readonly problems?: readonly string[] | undefined;
}

export interface ClientIdentity {
  readonly baseURL: string | undefined;
  readonly credential: string | undefined;
}

export interface CheckedOptions {
  /** Trimmed; empty when there is none. */
  readonly apiKey: string;
  /** What tells this target's key or client from others; empty when nothing does. */
  readonly credential: string;
  /** Without a slash at its end. */
  readonly baseURL: string;
  /** The host. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly scopes: TargetScopes;
  /** One sentence each, with the fix; never with a secret. */
  readonly problems: readonly string[];
}

const COMMON: { readonly [Name in keyof Required<TargetOptions>]: true } = {
  apiKey: true,
  baseURL: true,
  headers: true,
  fetch: true,
  allowInsecureHttp: true,
  quotaGroup: true,
  streaming: true,
  capabilities: true,
};
const BROUGHT_BY_CLIENT = ["apiKey", "baseURL", "fetch"];
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const NO_HEADER_VALUE = /[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/;
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL leads to this machine. */
export function isLoopback(url: string): boolean {
  return LOOPBACK.test(URL.parse(url)?.hostname ?? "");
}

/** Reads a factory's options. Nothing is thrown: what is wrong is told in `problems`. */
export function checkTargetOptions(options: TargetOptions, rules: OptionRules): CheckedOptions {
  const problems: string[] = [];
  const problem = (text: string): void => void problems.push(`${rules.vendor}("${rules.model}"): ${text}`);
  if (rules.model.trim() === "") problem("the model's name is empty");
  checkNames(options, rules, problem);
  const { baseURL, endpoint } = checkURL(options, rules, problem);
  const apiKey = checkKey(options, rules, problem);
  const credential = rules.client?.credential ?? rules.credential ?? apiKey;
  rules.problems?.forEach(problem);
  const headers = checkHeaders(options.headers, problem);
  const inHeaders = Object.entries(headers).flatMap(([name, value]) => (isCredentialHeader(name) ? [value] : []));
  return {
    apiKey,
    credential,
    baseURL,
    endpoint,
    headers,
    scopes: targetScopes({
      vendor: rules.vendor,
      endpoint,
      // A header takes the place of the key.
      credential: [credential, ...inHeaders].join("\n"),
      quotaGroup: options.quotaGroup,
    }),
    problems,
  };
}

type Report = (text: string) => void;

function checkNames(options: TargetOptions, rules: OptionRules, problem: Report): void {
  const known = [...Object.keys(COMMON), ...rules.ownOptions];
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) problem(`unknown option \`${name}\`; known are ${known.join(", ")}`);
    if (rules.client !== undefined && value !== undefined && BROUGHT_BY_CLIENT.includes(name)) {
      problem(`\`${name}\` and \`client\` exclude each other; set it on the client`);
    }
  }
  const { streaming, fetch } = options;
  if (streaming !== undefined && streaming !== "auto" && streaming !== "never") {
    problem("`streaming` must be 'auto' or 'never'");
  }
  if (fetch !== undefined && typeof fetch !== "function") problem("`fetch` must be a function");
}

function checkKey(options: TargetOptions, rules: OptionRules, problem: Report): string {
  if (rules.client !== undefined) return "";
  const [variable] = rules.keyVariables;
  // The vendor's key is not for others to see.
  const mayUseVariable = isKeyHost(asString(options.baseURL) ?? rules.defaultBaseURL, rules);
  const fromVariable = mayUseVariable ? environment(rules.keyVariables) : undefined;
  const key = (asString(options.apiKey) ?? fromVariable ?? "").trim();
  if (key === "") {
    const ofVariable = mayUseVariable ? ` or set ${variable}` : `; ${variable} is sent to the vendor's own hosts only`;
    const hint = variable === undefined ? "" : ofVariable;
    if (rules.isKeyRequired !== false) problem(`no API key; give the option \`apiKey\`${hint}`);
  } else if (NO_HEADER_VALUE.test(key)) {
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
  options: TargetOptions,
  rules: OptionRules,
  problem: Report,
): { readonly baseURL: string; readonly endpoint: string } {
  const given = rules.client === undefined ? (options.baseURL ?? rules.defaultBaseURL) : rules.client.baseURL;
  if (given === undefined) return { baseURL: "", endpoint: "client" };
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    problem("`baseURL` is no absolute http(s) URL");
    return { baseURL: "", endpoint: "invalid" };
  }
  // The text itself stays out of every message: it may hold the password.
  if (url.username !== "" || url.password !== "") problem("`baseURL` must not hold a user name or password");
  if (url.protocol === "http:" && !isLoopback(given) && options.allowInsecureHttp !== true) {
    problem("`baseURL` is http: key and prompts would travel readable; use https, or set `allowInsecureHttp: true`");
  }
  return { baseURL: given.replace(/\/{1,8}$/, ""), endpoint: url.host };
}

function checkHeaders(headers: TargetOptions["headers"], problem: Report): Readonly<Record<string, string>> {
  const kept: [string, string][] = [];
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!HEADER_NAME.test(name)) problem("`headers` holds a name that is no header name");
    else if (typeof value !== "string" || NO_HEADER_VALUE.test(value)) {
      problem(`the value of \`headers["${name}"]\` must be a string without line breaks, in Latin-1`);
    } else kept.push([name, value]);
  }
  return Object.fromEntries(kept);
}
