import { isJsonObject } from "../../model/json.ts";
import { ANYTHING, checkShape, FUNCTION, required, type Rule, type ShapeOf } from "../../model/rules.ts";
import { identity } from "../transport/client-credential.ts";
import {
  checkTargetOptions,
  type CheckedOptions,
  type OptionRules,
  type PlainOptions,
  type TargetOptions,
} from "./target-options.ts";

/**
 * An access token, alone or with its end. What Google's clients return from `getAccessToken()` may be returned as it is.
 */
export type GoogleToken =
  | string
  | null
  | undefined
  | {
      /** Without `Bearer`. */
      readonly token?: string | null | undefined;
      /** A date, or milliseconds since 1970. Until a minute before, it is not asked for again. Default: it is not kept. */
      readonly expiresAt?: Date | number | null | undefined;
    };

/** A project of Google Cloud in one location. */
export interface GoogleCloudOptions {
  /** Its id or number: its quota counts, and it gets the bill. */
  readonly project: string;
  /** `global`, a multi-region (`us`, `eu`) or a region, such as `europe-west1`; it decides the host. */
  readonly location: string;
  /**
   * Returns the token that a request is sent with. Asked before each request, unless the last answer came with its end, and
   * once more when the token is refused with a 401. One that fails fails the attempt as `auth.invalid`. Default: the
   * application default credentials, read by `google-auth-library`, which has to be installed for that.
   */
  readonly accessToken?: (() => GoogleToken | PromiseLike<GoogleToken>) | undefined;
}

/** Options as a target uses them that may be in a project of a cloud. */
export interface CloudCheckedOptions extends CheckedOptions {
  /** Undefined: at the vendor's own endpoint. */
  readonly cloud?: GoogleCloudOptions | undefined;
}

/** The options that say where and how, of all adapters that know this cloud. */
export interface CloudTargetOptions extends TargetOptions {
  /** A project in place of the vendor's own API. */
  readonly vertex?: GoogleCloudOptions | undefined;
  /** A client of an SDK, which brings its own place. */
  readonly client?: unknown;
  /** What makes the request. */
  readonly transport?: string | undefined;
}

/** The rule of the option: whatever was given means a project, and `checkCloudOptions` says what is wrong with it. */
export const GOOGLE_CLOUD_PROJECT: Rule = ANYTHING;

/** Ids of today, older ones with a domain before them, and numbers. */
const PROJECT = /^(?:[a-z][a-z\d.-]{0,62}:)?[a-z][a-z\d-]{4,28}[a-z\d]$|^\d{1,20}$/;
const MULTI_REGION = /^(?:us|eu)$/;
const REGION = /^[a-z]{2,20}(?:-[a-z]{2,20}){1,3}\d{1,2}$/;
/** Of an endpoint that the user gives, which may have others. */
const ANY_LOCATION = /^[a-z][a-z\d-]{0,62}$/;
const AI_PLATFORM = "aiplatform";

/**
 * `checkTargetOptions` for an adapter whose models are also served from projects of this cloud. With `vertex` no key is
 * needed, and none is sent. Its base URL then ends with version, project and location.
 */
export function checkCloudOptions(
  options: PlainOptions<CloudTargetOptions>,
  rules: OptionRules,
  version: string,
): CloudCheckedOptions {
  if (options.vertex === undefined) return checkTargetOptions(options, rules);
  const { cloud, problems } = readCloud(options.vertex, options.baseURL !== undefined);
  const { project, location, accessToken } = cloud;
  const place = `projects/${project}/locations/${location}`;
  const checked = checkTargetOptions(
    { ...options, apiKey: undefined, quotaGroup: options.quotaGroup ?? place },
    {
      ...rules,
      defaultBaseURL: `https://${hostOf(location)}`,
      keyVariables: [],
      keyHeaders: undefined,
      isKeyRequired: false,
      client: undefined,
      credential: [place, ...(accessToken === undefined ? [] : [identity(accessToken)])].join("\n"),
      problems: [...(rules.problems ?? []), ...problems, ...rivals(options)],
    },
  );
  const root = /\/v\d\w*$/.test(checked.baseURL) ? checked.baseURL : `${checked.baseURL}/${version}`;
  return { ...checked, baseURL: `${root}/${place}`, cloud };
}

function hostOf(location: string): string {
  if (MULTI_REGION.test(location)) return `${AI_PLATFORM}.${location}.rep.googleapis.com`;
  return REGION.test(location) ? `${location}-${AI_PLATFORM}.googleapis.com` : `${AI_PLATFORM}.googleapis.com`;
}

/** Read once, and without throwing: it may be anything. */
function readCloud(
  given: unknown,
  hasEndpoint: boolean,
): { readonly cloud: GoogleCloudOptions; readonly problems: readonly string[] } {
  const nowhere = { project: "", location: "" };
  if (!isJsonObject(given)) return { cloud: nowhere, problems: ["`vertex` must be { project, location }"] };
  try {
    const fields: Partial<GoogleCloudOptions> = { ...given };
    const shape = shapeOf(hasEndpoint);
    const problems = checkShape(fields, shape, "vertex.", "`vertex` has an unknown option");
    const { project, location, accessToken } = fields;
    return {
      cloud: {
        project: shape.project.test(project) ? String(project) : "",
        location: shape.location.test(location) ? String(location) : "",
        accessToken: FUNCTION.test(accessToken) ? accessToken : undefined,
      },
      problems,
    };
  } catch {
    return { cloud: nowhere, problems: ["`vertex` cannot be read: a getter or proxy threw"] };
  }
}

function shapeOf(hasEndpoint: boolean): ShapeOf<GoogleCloudOptions> {
  return {
    project: required(textLike("be the id or number of a project as text, such as 'my-project'", PROJECT)),
    location: required(
      hasEndpoint
        ? textLike("be a location, such as 'europe-west1'", ANY_LOCATION)
        : textLike(
            "be 'global', 'us', 'eu' or a region such as 'europe-west1', not a zone in one",
            new RegExp(`^global$|${MULTI_REGION.source}|${REGION.source}`),
          ),
    ),
    accessToken: { ...FUNCTION, must: "be a function that returns a token" },
  };
}

function textLike(must: string, pattern: RegExp): Rule {
  return { must, test: (value) => typeof value === "string" && pattern.test(value) };
}

/** What cannot stand beside a project. */
function rivals({ apiKey, client, transport, baseURL }: PlainOptions<CloudTargetOptions>): readonly string[] {
  return [
    ...(apiKey === undefined ? [] : [rival("apiKey", "a project takes tokens; give `vertex.accessToken`")]),
    ...(client === undefined ? [] : [rival("client", "a client brings its own project; leave one of them out")]),
    ...(transport === "sdk" ? [rival("transport: 'sdk'", "a project is asked by fetch; leave one of them out")] : []),
    ...(/\/(?:projects|publishers)\//.test(`${baseURL ?? ""}/`)
      ? ["`baseURL` must not hold a project beside `vertex`, which adds it; end it before `/projects`"]
      : []),
  ];
}

function rival(name: string, why: string): string {
  return `\`${name}\` and \`vertex\` exclude each other: ${why}`;
}
