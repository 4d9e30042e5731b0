import type {
  EventOf,
  ImportFailed,
  ImportOutcomes,
  ImportProgressed,
  ImportSucceeded,
  ImportValidated,
} from '@annals/contracts';
import { idsOf, isOver, type ImportState, type Validation } from './import.js';

/** Every row was read once. */
export function noteValidated(validation: Validation, state: ImportState): EventOf<typeof ImportValidated>[] {
  if (state.kind === 'none' || isOver(state) || state.validation) return [];
  return [{ type: 'ImportValidated', data: { ...idsOf(state), ...validation } }];
}

/** Everything up to a row is done. What was noted before stays noted: progress never goes back. */
export function noteProgress(
  command: { applied_to_row: number; outcomes: ImportOutcomes; now: string },
  state: ImportState,
): EventOf<typeof ImportProgressed>[] {
  if (state.kind === 'none' || isOver(state) || command.applied_to_row <= state.applied_to_row) return [];
  const { now, ...applied } = command;
  return [{ type: 'ImportProgressed', data: { ...idsOf(state), ...applied, progressed_at: now } }];
}

export function succeed(
  command: { outcomes: ImportOutcomes; now: string },
  state: ImportState,
): EventOf<typeof ImportSucceeded>[] {
  if (state.kind === 'none' || isOver(state)) return [];
  const { outcomes, now } = command;
  return [{ type: 'ImportSucceeded', data: { ...idsOf(state), outcomes, finished_at: now } }];
}

/** It will never be done: `code` is stable, `detail` is for the person who asked. */
export function fail(
  command: { code: string; detail: string | null; now: string },
  state: ImportState,
): EventOf<typeof ImportFailed>[] {
  if (state.kind === 'none' || isOver(state)) return [];
  const { code, detail, now } = command;
  return [{ type: 'ImportFailed', data: { ...idsOf(state), code, detail, finished_at: now } }];
}
