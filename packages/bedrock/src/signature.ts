import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentials } from "./credentials.ts";

/** A request as it is signed. */
export interface Signable {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** Milliseconds since 1970. */
  readonly wallNow: number;
}

/** The headers with a signature (SigV4) among them. */
export async function sign(request: Signable): Promise<Record<string, string>> {
  const { url, headers, body, region, credentials, wallNow } = request;
  const { protocol, hostname, host, pathname } = new URL(url);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new SignatureV4({
    service: "bedrock",
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    sha256: Sha256,
  });
  // Others may be changed on the way.
  const own = { host, "content-type": headers["content-type"] ?? "application/json" };
  const signed = await signer.sign(
    { method: "POST", protocol, hostname, path: pathname, query: {}, headers: own, body },
    { signingDate: new Date(wallNow) },
  );
  // fetch sets it itself.
  const { host: _, ...added } = signed.headers;
  return { ...headers, ...added };
}
