import type { FailureClass } from "../src/model/failure.ts";

/**
 * The failure table as it is specified, written by hand and not taken from the code.
 * `same`: fresh one immediate repeat on a new connection, backoff up to two after a wait, wait the vendor's own short time.
 * `health`: what a failure says about its route. `cool`: shortest..longest, `stated` where only a stated time counts.
 */
const TABLE = `
class                     code             scope           same     sibling  tier        health   cool           mark
network.dns               unavailable      endpoint        backoff  yes      yes         bad      -              -
network.refused           unavailable      endpoint        backoff  yes      yes         bad      -              -
network.connect-timeout   timeout          target          no       yes      yes         bad      -              -
network.tls               unavailable      endpoint        no       yes      yes         bad      -              loud
network.reset             unavailable      target          fresh    yes      yes         bad      -              -
network.protocol          bad-response     target          fresh    yes      yes         bad      -              -
network.proxy             config           endpoint        no       yes      yes         bad      -              loud
timeout.first-content     timeout          target          no       yes      yes         slow     -              -
gateway.html              bad-response     target          backoff  yes      yes         bad      -              -
gateway.not-a-stream      bad-response     target          backoff  yes      yes         bad      -              -
redirect                  config           endpoint        no       yes      yes         neutral  5m..5m         -
request.invalid           invalid-request  request         no       no       no          neutral  -              -
request.rejected          invalid-request  target          no       no       yes         neutral  -              loud
unknown                   server-error     target          no       yes      yes         neutral  -              -
request.unsupported       unsupported      target          no       no       capable     neutral  -              -
request.context-length    context-length   target          no       no       larger      neutral  -              -
request.too-large         too-large        target          no       no       yes         neutral  -              -
auth.invalid              auth             key             no       yes      yes         neutral  5m..1h         loud,hard
auth.forbidden            auth             key+model       no       yes      yes         neutral  5m..5m         loud,hard
billing.exhausted         billing          quota           no       yes      yes         neutral  10m..6h        loud,hard
model.not-found           model-not-found  model@endpoint  no       yes      yes         neutral  10m..10m       loud
model.deprecated          model-not-found  model@endpoint  no       yes      yes         neutral  10m..10m       loud
endpoint.not-found        config           endpoint        no       yes      yes         bad      5m..5m         -
timeout.upstream          timeout          target          no       yes      yes         slow     -              -
conflict                  conflict         target          backoff  yes      yes         neutral  -              -
rate.requests             rate-limited     quota+model     wait     yes      yes         neutral  5s..5m         -
rate.tokens               rate-limited     quota+model     wait     yes      yes         neutral  5s..5m         -
rate.daily                rate-limited     quota+model     no       yes      yes         neutral  10m..24h       hard
rate.concurrency          rate-limited     quota+model     wait     yes      yes         neutral  2s..2s         -
rate.unknown              rate-limited     quota+model     no       yes      yes         neutral  5s..5m         -
server.error              server-error     target          backoff  yes      yes         bad      -              -
server.gateway            server-error     endpoint        backoff  yes      yes         bad      stated         -
server.overloaded         overloaded       model@endpoint  backoff  yes      yes         bad      5s..5s         -
policy.input-blocked      policy           request         no       no       policy      neutral  -              answer
stream.reset              interrupted      target          backoff  yes      yes         bad      -              -
stream.truncated          interrupted      target          backoff  yes      yes         bad      -              -
stream.malformed          bad-response     target          no       yes      yes         bad      -              -
stream.oversized          bad-response     target          no       yes      yes         bad      -              -
timeout.liveness          timeout          target          no       yes      yes         slow     -              -
timeout.progress          timeout          target          no       yes      yes         slow     -              -
output.empty              empty-output     target          backoff  yes      yes         neutral  -              -
policy.refusal            policy           request         no       no       policy      ok       -              answer
output.tool-json-cut      invalid-output   request         no       no       policy      ok       -              answer
output.tool-json-invalid  invalid-output   request         no       no       policy      ok       -              answer
output.schema-invalid     invalid-output   request         no       no       policy      ok       -              -
output.malformed          bad-response     target          backoff  yes      unreleased  neutral  -              -
output.no-seam            bad-response     target          no       yes      yes         neutral  -              -
caller.aborted            aborted          caller          no       no       no          neutral  -              -
caller.deadline           timeout          caller          no       no       no          neutral  -              -
caller.returned           aborted          caller          no       no       no          neutral  -              -
caller.stopped-reading    aborted          caller          no       no       no          neutral  -              -
adapter.threw             adapter-error    target          no       no       yes         neutral  -              loud
adapter.contract          adapter-error    target          no       no       yes         neutral  -              loud
local.resource            local-resource   local           no       no       no          neutral  -              -
engine.no-target          all-failed       request         no       no       no          neutral  -              -
engine.budget             all-failed       request         no       no       no          neutral  -              -
`;

export interface FailureRow {
  readonly failureClass: FailureClass;
  readonly code: string;
  readonly scope: string;
  readonly same: string;
  readonly sibling: string;
  readonly tier: string;
  readonly health: string;
  readonly cool: string;
  readonly marks: readonly string[];
}

export const FAILURE_TABLE: readonly FailureRow[] = TABLE.trim()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [failureClass = "", code = "", scope = "", same = "", sibling = "", tier = "", health = "", cool = "", mark] =
      line.trim().split(/\s+/);
    return {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- that they are the classes is tested
      failureClass: failureClass as FailureClass,
      code,
      scope,
      same,
      sibling,
      tier,
      health,
      cool,
      marks: mark === undefined || mark === "-" ? [] : mark.split(","),
    };
  });

/** Classes that an adapter throws or that follow from what it yields; the others are the engine's own. */
export const UPSTREAM_FAILURES: readonly FailureRow[] = FAILURE_TABLE.filter(
  ({ failureClass }) => !failureClass.startsWith("caller.") && !failureClass.startsWith("engine."),
);
