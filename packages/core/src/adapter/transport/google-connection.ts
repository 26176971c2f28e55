import type { CloudCheckedOptions } from "../options/google-cloud.ts";
import type { Connection } from "./connection.ts";

/** What a connection to a project is made of. */
export interface GoogleConnectionSetup {
  /** Says how a token is had, and which headers the target has. */
  readonly checked: CloudCheckedOptions;
  /** Carries the requests, once they have their token. */
  readonly connection: Connection;
  /** Loads `google-auth-library`. Always the same function, as its clients are kept with it. Used without `accessToken`. */
  readonly loadAuth: () => Promise<unknown>;
}

/** A connection that gives each request its access token. Loads what it needs for that. */
export async function googleConnection(setup: GoogleConnectionSetup): Promise<Connection> {
  const { TokenConnection, tokensOf } = await import("./token-connection.ts");
  const { cloud, headers } = setup.checked;
  const { accessToken, project = "" } = cloud ?? {};
  const tokens = accessToken === undefined ? tokensOf(setup.loadAuth, project) : tokensOf(accessToken);
  return new TokenConnection(setup.connection, tokens, headers);
}
