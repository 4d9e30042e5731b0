import { Problem, type EventOf, type ImportRequested } from '@annals/contracts';
import type { ImportState, KnownImport } from './import.js';

export type RequestImportCommand = Omit<EventOf<typeof ImportRequested>['data'], 'requested_at'> & { now: string };

/** An import id is made from the command id, so the same wish twice is one import. */
export function requestImport(command: RequestImportCommand, state: ImportState): EventOf<typeof ImportRequested>[] {
  if (state.kind === 'known') return [];
  const { now, ...data } = command;
  return [{ type: 'ImportRequested', data: { ...data, requested_at: now } }];
}

/** @throws Problem 404 when the import is not this person's, exactly as when there is none */
export function known(state: ImportState, userId: string): KnownImport {
  if (state.kind !== 'known' || state.request.user_id !== userId) {
    throw new Problem(404, 'import-unknown', 'There is no such import');
  }
  return state;
}
