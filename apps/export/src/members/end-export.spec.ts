import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { evolve, none, type ExportEvent } from '../export/export.js';
import { operationOf } from '../export/operation.js';
import { endExport } from './end-export.js';

const ids = {
  account_id: '0190f5a0-0000-7000-8000-00000000000a',
  export_id: '0190f5a0-0000-7000-8000-00000000000e',
  user_id: '0190f5a0-0000-7000-8000-000000000001',
};
const [earlier, now, later] = ['2026-03-01T11:00:00.000Z', '2026-03-01T12:00:00.000Z', '2026-03-04T12:00:00.000Z'];
const sha256 = 'a'.repeat(64);
const reason = 'membership-ended' as const;
const wish = { formats: ['json' as const], scope: 'self' as const, include: ['user' as const], limit_bytes: 1000 };
const requested: ExportEvent = { type: 'ExportRequested', data: { ...ids, ...wish, requested_at: earlier } };
const gathered: ExportEvent = { type: 'ExportPartGathered', data: { ...ids, part: 'user', items: 1, sha256 } };
const ready = (expires_at: string): ExportEvent => ({
  type: 'ExportSucceeded',
  data: { ...ids, size_bytes: 1, sha256, finished_at: earlier, expires_at },
});
const failed: ExportEvent = { type: 'ExportFailed', data: { ...ids, code: 'x', detail: 'x', finished_at: earlier } };
const downloaded: ExportEvent = { type: 'ExportDownloaded', data: { ...ids, downloaded_at: earlier } };
const cancelled: ExportEvent = { type: 'ExportCancelled', data: { ...ids, cancelled_at: now, reason } };
const expired: ExportEvent = { type: 'ExportExpired', data: { ...ids, expired_at: now, reason } };

describe('ending an export whose person may not have it any more', () => {
  const shape = { initial: none, evolve, decide: endExport };
  const spec = deciderSpec(shape);
  const end = { reason, now };

  it('cancels one that waits, and one that runs', () => {
    spec.given([requested]).when(end).then([cancelled]);
    spec.given([requested, gathered]).when(end).then([cancelled]);
  });
  it('lets a document expire, also one that was fetched before', () => {
    spec
      .given([requested, ready(later)])
      .when(end)
      .then([expired]);
    spec
      .given([requested, ready(later), downloaded])
      .when(end)
      .then([expired]);
  });
  it('has nothing to do where nothing can be fetched', () => {
    spec.given([]).when(end).thenNothing();
    spec.given([requested, failed]).when(end).thenNothing();
    spec.given([requested, cancelled]).when(end).thenNothing();
    spec
      .given([requested, ready(now)])
      .when(end)
      .thenNothing();
    spec
      .given([requested, ready(later), expired])
      .when(end)
      .thenNothing();
  });
  it('shows its person that the time is over', () => {
    const state = [requested, ready(later), expired].reduce(evolve, none);
    if (state.kind === 'none') throw new Error('it is known');
    expect(operationOf(state, now)).toMatchObject({ status: 'succeeded', expires_at: now });
  });
  it('is no matter of one that has no document', () =>
    expect([requested, expired].reduce(evolve, none)).toMatchObject({ status: 'queued', document: null }));

  const every = [requested, gathered, ready(later), failed, downloaded, cancelled, expired];
  const histories = fc.array(fc.constantFrom(...every), { maxLength: 8 });
  laws('ending', shape, { commands: fc.constant(end), histories });
});
