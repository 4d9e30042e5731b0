import type { EventOf, ExportExpired } from '@annals/contracts';
import { idsOf, type ExportState } from './export.js';

/** Says that a document is kept no more: its time is over, or it was fetched. Once; and not of what ended otherwise. */
export function expireExport({ now }: { now: string }, state: ExportState): EventOf<typeof ExportExpired>[] {
  if (state.kind === 'none' || state.status !== 'succeeded' || !state.document || state.expired) return [];
  const over = state.document.expires_at <= now;
  if (!over && !state.downloaded_at) return [];
  const [expired_at, reason] = over
    ? ([state.document.expires_at, 'lifetime-over'] as const)
    : ([now, 'downloaded'] as const);
  return [{ type: 'ExportExpired', data: { ...idsOf(state), expired_at, reason } }];
}
