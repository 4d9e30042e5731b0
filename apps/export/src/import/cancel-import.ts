import type { EventOf, ImportCancelled } from '@annals/contracts';
import { idsOf, isOver, type ImportState } from './import.js';
import { known } from './request-import.js';

/** Ends an import that has not ended; what it has applied stays. Cancelling twice is cancelling once. */
export function cancelImport(
  command: { user_id: string; now: string },
  state: ImportState,
): EventOf<typeof ImportCancelled>[] {
  const current = known(state, command.user_id);
  if (isOver(current)) return [];
  return [{ type: 'ImportCancelled', data: { ...idsOf(current), cancelled_at: command.now } }];
}
