import type { DomainEvent } from '@annals/contracts';

const sha256 = 'a'.repeat(64);

/** What an export writes until it runs or is ready; asked for so many milliseconds ago, to be fetched for an hour more. */
export function exportStory(
  ids: { account_id: string; user_id: string; export_id: string },
  done: 'running' | 'ready',
  agoMs: number,
): DomainEvent[] {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const wish = { formats: ['json'], scope: 'self', include: ['user'], limit_bytes: 1000, requested_at: at(-agoMs) };
  const end = { size_bytes: 3, sha256, finished_at: at(-agoMs), expires_at: at(3_600_000) };
  const requested = { type: 'ExportRequested', data: { ...ids, ...wish } };
  const gathered = { type: 'ExportPartGathered', data: { ...ids, part: 'user', items: 1, sha256 } };
  return done === 'running'
    ? [requested, gathered]
    : [requested, { type: 'ExportSucceeded', data: { ...ids, ...end } }];
}
