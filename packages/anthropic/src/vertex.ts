import { asText, FetchConnection, type Connection, type NativeRequest } from "@understudy/core/adapter";
import { googleConnection, mergeHeaders, type CloudCheckedOptions, type Fetch } from "@understudy/core/toolkit";
import { VERSION_HEADER } from "./headers.ts";

/** The name that the cloud has for the version before the newest. */
const OLD_VERSION = { "2023-06-01": "vertex-2023-10-16" } as const;
const AUTH_LIBRARY: string = "google-auth-library";

/** The Messages API as Google's Vertex serves it: the model stands in the path, the version in the body. */
export function connectVertex(
  checked: CloudCheckedOptions,
  usualVersion: string,
  fetch: Fetch | undefined,
): Promise<Connection> {
  const { [VERSION_HEADER]: version = usualVersion, ...headers } = mergeHeaders(checked.headers);
  const connection = new FetchConnection({ baseURL: checked.baseURL, headers, fetch });
  const asked: Connection = {
    send: (request, context) => connection.send(toVertex(request, version), context),
  };
  return googleConnection({ checked, connection: asked, loadAuth });
}

function loadAuth(): Promise<unknown> {
  // Not for bundlers to find: who gives a function for the token need not have it.
  return import(/* @vite-ignore */ /* webpackIgnore: true */ AUTH_LIBRARY);
}

function toVertex({ headers, body }: NativeRequest, usualVersion: string): NativeRequest {
  const { [VERSION_HEADER]: version = usualVersion, ...others } = mergeHeaders(headers);
  const { model, ...rest } = body;
  const task = body["stream"] === true ? "streamRawPredict" : "rawPredict";
  // Ids hold an `@`, which may stand in a path as it is.
  const name = asText(model).replace(/^publishers\/anthropic\/models\//, "");
  const id = encodeURIComponent(name).replaceAll("%40", "@");
  return {
    path: `/publishers/anthropic/models/${id}:${task}`,
    headers: others,
    body: { anthropic_version: version === "2023-06-01" ? OLD_VERSION[version] : version, ...rest },
  };
}
