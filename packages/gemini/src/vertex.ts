import { FetchConnection, type Connection } from "@understudy/core/adapter";
import { googleConnection, type CloudCheckedOptions, type Fetch } from "@understudy/core/toolkit";

const AUTH_LIBRARY: string = "google-auth-library";

/** GenerateContent as Google's Vertex serves it: in a project, with tokens. */
export function connectVertex(checked: CloudCheckedOptions, fetch: Fetch | undefined): Promise<Connection> {
  const { baseURL, headers } = checked;
  return googleConnection({ checked, connection: new FetchConnection({ baseURL, headers, fetch }), loadAuth });
}

function loadAuth(): Promise<unknown> {
  // Not for bundlers to find: who gives a function for the token need not have it.
  return import(/* @vite-ignore */ /* webpackIgnore: true */ AUTH_LIBRARY);
}
