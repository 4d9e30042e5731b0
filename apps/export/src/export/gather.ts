import type { EventOf, ExportFailed, ExportPart, ExportPartGathered, ExportSucceeded } from '@annals/contracts';
import { idsOf, isOver, type ExportState } from './export.js';

/** Notes a finished part. A part noted before with the same content is not noted again. */
export function notePart(
  command: { part: ExportPart; items: number; sha256: string },
  state: ExportState,
): EventOf<typeof ExportPartGathered>[] {
  if (state.kind === 'none' || isOver(state)) return [];
  if (state.gathered.some((part) => part.part === command.part)) return [];
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
