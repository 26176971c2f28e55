export { livePage, type LivePage, type LivePageOptions } from "./live-page.ts";
export type { CallAttempt, CallState, ChainState, CredentialProblem, LiveState, TargetState } from "./state.ts";
