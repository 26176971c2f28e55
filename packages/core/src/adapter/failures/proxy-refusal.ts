import { TargetFailure } from "../../model/target-failure.ts";

/** What undici, Node, and the usual agents and runtimes say when a proxy does not open a tunnel, with its status. */
const REFUSAL =
  /^Proxy response \((\d{3})\)|^Failed to establish tunnel to .{1,500}: HTTP\/\d\.\d (\d{3})|^tunneling socket could not be established, statusCode=(\d{3})|^Bad response: (\d{3})$|^Proxy connection (?:failed|ended|refused)\b.{0,100}?\b(\d{3})\b/;
const CODES: ReadonlySet<unknown> = new Set(["ERR_PROXY_TUNNEL", "ERR_PROXY_INVALID_CONFIG", "UND_ERR_PRX_TLS"]);

/**
 * The proxy that this process is told to use did not open a tunnel: nothing has reached the vendor, and asking again
 * changes nothing. Undefined for any other error.
 */
export function proxyRefusal(error: object): TargetFailure | undefined {
  const message: unknown = Reflect.get(error, "message");
  const code: unknown = Reflect.get(error, "code");
  const stated = typeof message === "string" ? REFUSAL.exec(message.slice(0, 1_000)) : null;
  if (stated === null && !CODES.has(code)) return undefined;
  const text = stated?.slice(1).find((group) => group !== undefined);
  const status = text === undefined ? undefined : Number(text);
  return new TargetFailure("network.proxy", {
    status,
    vendorCode: typeof code === "string" ? code : undefined,
    // Our own words: those of the error name the proxy with its password.
    vendorMessage: `The proxy refused the tunnel${status === undefined ? "" : ` with status ${status}`}.`,
    beforeResponse: true,
  });
}
