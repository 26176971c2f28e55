import { asObject, asString } from "@understudy/core/adapter";

const REGION = /^[a-z]{2,8}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;
const ARN = /^arn:aws[\w-]{0,20}:bedrock:([a-z0-9-]{1,40}):/;
const HOST =
  /(?:^|\.)bedrock-runtime(?:-fips)?\.([a-z0-9-]{1,40})\.(?:(?:vpce\.)?amazonaws\.(?:com|com\.cn|eu)|api\.(?:aws|amazonwebservices\.(?:com\.cn|eu)))$/;

/** What tells where a model is asked. */
export interface Place {
  /** What the caller says. */
  readonly region: string | undefined;
  readonly baseURL: string | undefined;
  /** An ARN names a region. */
  readonly model: string;
}

/** The region that is asked: as it is said, as the URL or the model's ARN says, or that of the environment. */
export function regionOf({ region, baseURL, model }: Place): string | undefined {
  const ofHost = HOST.exec(URL.parse(baseURL ?? "")?.hostname ?? "")?.[1];
  return region?.trim() ?? ofHost ?? ARN.exec(model)?.[1] ?? variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION");
}

export function isRegion(region: string | undefined): region is string {
  return region !== undefined && REGION.test(region);
}

/** What is wrong with a region. */
export function regionProblems(region: string | undefined): readonly string[] {
  if (region === undefined) return ["no region; give the option `region` or set AWS_REGION"];
  return isRegion(region) ? [] : ["`region` must be the code of an AWS region, such as 'eu-central-1'"];
}

/** The vendor's host for a region. */
export function hostOf(region: string): string {
  return `bedrock-runtime.${region}.${suffixesOf(region)[0]}`;
}

/** Hosts that may see what the environment holds: the vendor's own, and those of private links to it. */
export function ownHosts(region: string): readonly string[] {
  const [suffix, dualStack] = suffixesOf(region);
  const links = `*.bedrock-runtime.${region}.vpce.${suffix}`;
  return [
    links,
    ...["", "-fips"].flatMap((fips) => [suffix, dualStack].map((end) => `bedrock-runtime${fips}.${region}.${end}`)),
  ];
}

/** How the hosts of a region end: the usual ones, and those that are reached by IPv6 too. */
function suffixesOf(region: string): readonly [string, string] {
  if (region.startsWith("cn-")) return ["amazonaws.com.cn", "api.amazonwebservices.com.cn"];
  if (region.startsWith("eusc-")) return ["amazonaws.eu", "api.amazonwebservices.eu"];
  return ["amazonaws.com", "api.aws"];
}

/** Where there is no `process`, there is no environment. */
export function variable(name: string): string | undefined {
  const value = asString(asObject(asObject(Reflect.get(globalThis, "process"))["env"])[name])?.trim();
  return value === "" ? undefined : value;
}
