import { scriptedTarget, type ScriptedTarget } from "../fakes/scripted-target.ts";

export const BACKUP_TEXT = "The backup answers.";

/** A target of a separate vendor that always answers at once, without a network. */
export function backupTarget(): ScriptedTarget {
  return scriptedTarget([], { vendor: "backup", otherwise: BACKUP_TEXT });
}
