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
export async function googleConnection({
  checked: { cloud, headers },
  connection,
  loadAuth,
}: GoogleConnectionSetup): Promise<Connection> {
  const { TokenConnection, tokensOf } = await import("./token-connection.ts");
  const tokens = cloud?.accessToken === undefined ? tokensOf(loadAuth, true) : tokensOf(cloud.accessToken);
  return new TokenConnection(connection, tokens, headers);
}
