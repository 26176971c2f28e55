import { TargetFailure } from "../../model/target-failure.ts";
import { asObject, asText } from "../foreign.ts";
import { AGAIN_MS } from "./credential-functions.ts";

/** Asks for a token; `isRefused`: the last one was. What it resolves to may also say why there is none. */
export type AskToken = (isRefused: boolean) => unknown;

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
/** Credentials of a person name the project whose quota their requests use. */
export const QUOTA_PROJECT = "x-goog-user-project";
const OR_FUNCTION = "or give `vertex.accessToken`; nothing was sent";

/** Tokens of the application default credentials. The library keeps and renews them; one that is refused it would keep. */
export function googleTokens(load: () => unknown, project: string): AskToken {
  let client: unknown;
  return async (isRefused) => {
    let library: unknown;
    try {
      library = await load();
    } catch {
      return new TargetFailure("auth.invalid", {
        explanation: `\`google-auth-library\` could not be loaded: run \`npm install google-auth-library\`, ${OR_FUNCTION}`,
      });
    }
    try {
      if (isRefused) client = undefined;
      client ??= await call(make(library, project), "getClient");
      // It is asked before each request and keeps the token itself.
      const headers = new Headers(readHeaders(await call(client, "getRequestHeaders")));
      return { token: headers.get("authorization"), quotaProject: headers.get(QUOTA_PROJECT) };
    } catch {
      client = undefined;
      // Its words name files of this machine.
      return new TargetFailure("auth.invalid", {
        explanation: `\`google-auth-library\` got no token: run \`gcloud auth application-default login\`, set GOOGLE_APPLICATION_CREDENTIALS, ${OR_FUNCTION}`,
        retryAfterMs: AGAIN_MS,
      });
    }
  };
}

/** With a project it does not look for one, which may take another request. */
function make(library: unknown, projectId: string): unknown {
  const { GoogleAuth } = asObject(library);
  if (typeof GoogleAuth !== "function") throw new TypeError("No such class.");
  return Reflect.construct(GoogleAuth, [{ scopes: SCOPE, projectId }]);
}

/** Older versions return an object. */
function readHeaders(given: unknown): Headers | Record<string, string> {
  if (given instanceof Headers) return given;
  return Object.fromEntries(Object.entries(asObject(given)).map(([name, value]) => [name, asText(value)]));
}

function call(of: unknown, name: string): unknown {
  const method: unknown = asObject(of)[name];
  if (typeof method !== "function") throw new TypeError("No such method.");
  return Reflect.apply(method, of, []);
}
