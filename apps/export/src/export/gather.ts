import type { EventOf, ExportFailed, ExportPart, ExportPartGathered, ExportSucceeded } from '@annals/contracts';
import { idsOf, isOver, type ExportState } from './export.js';

export interface NotePart {
  part: ExportPart;
  items: number;
  bytes: number;
  sha256: string;
  staged: string;
  gathered_at: string;
  /** The reading that this one is instead of, because it lies there no more; null for the first. */
  instead: string | null;
}

/** Notes a part that was read and lies in its place. Of two readings of one part the first that is noted counts. */
export function notePart({ instead, ...command }: NotePart, state: ExportState): EventOf<typeof ExportPartGathered>[] {
  if (state.kind === 'none' || isOver(state)) return [];
  const noted = state.gathered.find(({ part }) => part === command.part);
  if (noted && (noted.staged ?? null) !== instead) return [];
  return [{ type: 'ExportPartGathered', data: { ...idsOf(state), ...command } }];
}

/** The document stands in the store, whole and readable. */
export function succeed(
  command: { size_bytes: number; sha256: string; now: string; expires_at: string },
  state: ExportState,
): EventOf<typeof ExportSucceeded>[] {
  if (state.kind === 'none' || isOver(state)) return [];
  const { now, ...document } = command;
  return [{ type: 'ExportSucceeded', data: { ...idsOf(state), ...document, finished_at: now } }];
}

/** It will never be done: `code` is stable, `detail` is for the person who asked. */
export function fail(
  command: { code: string; detail: string; now: string },
  state: ExportState,
): EventOf<typeof ExportFailed>[] {
  if (state.kind === 'none' || isOver(state)) return [];
  return [
    {
      type: 'ExportFailed',
      data: { ...idsOf(state), code: command.code, detail: command.detail, finished_at: command.now },
    },
  ];
}
