import { FetchConnection, type Connection } from "@understudy/core/adapter";
import { keyHeader, type CloudCheckedOptions, type Fetch } from "@understudy/core/toolkit";
import { browserHeaders } from "./browser-headers.ts";
import { VERSION_HEADER } from "./headers.ts";
import { connectVertex } from "./vertex.ts";

/** As the SDK sends it. */
const API_VERSION = "2026-10-21";

/** Requests without the SDK: to the vendor's own API, or to a project. */
export function connectByFetch(
  checked: CloudCheckedOptions,
  fetch: Fetch | undefined,
): Connection | Promise<Connection> {
  const { apiKey, baseURL, headers, cloud } = checked;
  if (cloud !== undefined) return connectVertex(checked, API_VERSION, fetch);
  const ownHeaders = { ...keyHeader(apiKey), [VERSION_HEADER]: API_VERSION, ...browserHeaders() };
  return new FetchConnection({ baseURL, ownHeaders, headers, fetch });
}
