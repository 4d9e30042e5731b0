import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import type { ExportEvent, ExportState } from './export.js';
import { evolve, none } from './export.js';
import { cancelExport } from './cancel-export.js';
import { downloadExport } from './download-export.js';
import { expireExport } from './expire-export.js';
import { fail, notePart, succeed } from './gather.js';
import { operationOf } from './operation.js';
import { requestExport } from './request-export.js';
import type { Progress } from '../jobs/progress.js';

const ids = {
  account_id: '0190f5a0-0000-7000-8000-00000000000a',
  export_id: '0190f5a0-0000-7000-8000-00000000000e',
  user_id: '0190f5a0-0000-7000-8000-000000000001',
};
const somebodyElse = '0190f5a0-0000-7000-8000-000000000002';
const now = '2026-03-01T12:00:00.000Z';
const sha256 = 'a'.repeat(64);

const requested: ExportEvent = {
  type: 'ExportRequested',
  data: {
    ...ids,
    formats: ['json'],
    scope: 'self',
    include: ['user', 'profile'],
    limit_bytes: 1000,
    requested_at: now,
  },
};
const [staged, again] = ['0190f5a0-0000-7000-8000-0000000000f1', '0190f5a0-0000-7000-8000-0000000000f2'];
const read = { part: 'user' as const, items: 1, bytes: 9, sha256, gathered_at: now };
const gathered: ExportEvent = { type: 'ExportPartGathered', data: { ...ids, ...read, staged } };
const gatheredAgain: ExportEvent = { type: 'ExportPartGathered', data: { ...ids, ...read, staged: again } };
const document = { size_bytes: 10, sha256, expires_at: '2026-03-04T12:00:00.000Z' };
const succeeded: ExportEvent = { type: 'ExportSucceeded', data: { ...ids, ...document, finished_at: now } };
const failed: ExportEvent = {
  type: 'ExportFailed',
  data: { ...ids, code: 'export-too-large', detail: 'x', finished_at: now },
};
const cancelled: ExportEvent = { type: 'ExportCancelled', data: { ...ids, cancelled_at: now } };
const downloaded: ExportEvent = { type: 'ExportDownloaded', data: { ...ids, downloaded_at: now } };
const expired = (expired_at: string, reason: 'lifetime-over' | 'downloaded'): ExportEvent => ({
  type: 'ExportExpired',
  data: { ...ids, expired_at, reason },
});
const over = expired(document.expires_at, 'lifetime-over');
const every = [requested, gathered, gatheredAgain, succeeded, failed, cancelled, downloaded, over];
const histories = fc.array(fc.constantFrom(...every), { maxLength: 8 });

const shape = { initial: none, evolve };
const me = { user_id: ids.user_id, now };

describe('asking for an export', () => {
  const request = {
    ...ids,
    formats: ['json' as const],
    scope: 'self' as const,
    include: ['user' as const, 'profile' as const],
    limit_bytes: 1000,
    now,
  };
  const spec = deciderSpec({ ...shape, decide: requestExport });
  it('is a fact', () => spec.given([]).when(request).then([requested]));
  it('twice is one export', () => spec.given([requested]).when(request).thenNothing());
  laws('asking', { ...shape, decide: requestExport }, { commands: fc.constant(request), histories });
});

describe('cancelling an export', () => {
  const spec = deciderSpec({ ...shape, decide: cancelExport });
  it('ends one that runs', () => spec.given([requested, gathered]).when(me).then([cancelled]));
  it('removes one that is done', () => spec.given([requested, succeeded]).when(me).then([cancelled]));
  it('has nothing to do with one that failed', () => spec.given([requested, failed]).when(me).thenNothing());
  it('knows none that is not there', () => spec.given([]).when(me).thenRefuses('export-unknown'));
  it("knows none that is somebody else's", () =>
    spec
      .given([requested])
      .when({ ...me, user_id: somebodyElse })
      .thenRefuses('export-unknown'));
  laws('cancelling', { ...shape, decide: cancelExport }, { commands: fc.constant(me), histories });
});

describe('downloading an export', () => {
  const spec = deciderSpec({ ...shape, decide: downloadExport });
  it('hands out a finished one', () => spec.given([requested, succeeded]).when(me).then([downloaded]));
  it('hands it out once', () =>
    spec.given([requested, succeeded, downloaded]).when(me).thenRefuses('export-already-downloaded'));
  it('waits until it is ready', () => spec.given([requested, gathered]).when(me).thenRefuses('export-not-ready'));
  it('ends with its time', () =>
    spec
      .given([requested, succeeded])
      .when({ ...me, now: document.expires_at })
      .thenRefuses('export-expired'));
  it('ends with its cancellation', () =>
    spec.given([requested, succeeded, cancelled]).when(me).thenRefuses('export-removed'));
  it("knows none that is somebody else's", () =>
    spec
      .given([requested, succeeded])
      .when({ ...me, user_id: somebodyElse })
      .thenRefuses('export-unknown'));
});

describe('a document that is kept no more', () => {
  const decide = expireExport;
  const spec = deciderSpec({ ...shape, decide });
  const later = { now: '2026-03-09T12:00:00.000Z' };
  it('expires at its time, however late that is noticed', () =>
    spec.given([requested, succeeded]).when(later).then([over]));
  it('expires when it was fetched, before its time', () =>
    spec
      .given([requested, succeeded, downloaded])
      .when({ now })
      .then([expired(now, 'downloaded')]));
  it('expires once', () => spec.given([requested, succeeded, over]).when(later).thenNothing());
  it('is not there of an export that ended otherwise, or runs', () => {
    for (const history of [[], [requested], [requested, failed], [requested, succeeded, cancelled]]) {
      spec.given(history).when(later).thenNothing();
    }
  });
  it('does not expire while it may be fetched', () => spec.given([requested, succeeded]).when({ now }).thenNothing());
  laws('expiring', { ...shape, decide }, { commands: fc.constant(later), histories });
});

describe('gathering', () => {
  const part = { ...read, staged, instead: null };
  const notes = deciderSpec({ ...shape, decide: notePart });
  it('notes a part, and where it lies', () => notes.given([requested]).when(part).then([gathered]));
  it('counts the first of two readings: the second worker has nothing to note', () =>
    notes
      .given([requested, gathered])
      .when({ ...part, staged: again })
      .thenNothing());
  it('notes a reading instead of one that lies there no more, and of no other', () => {
    const instead = { ...part, staged: again, instead: staged };
    notes.given([requested, gathered]).when(instead).then([gatheredAgain]);
    notes
      .given([requested, gathered])
      .when({ ...instead, instead: again })
      .thenNothing();
  });
  it('reads a part anew that was noted before parts lay anywhere', () => {
    const old: ExportEvent = { type: 'ExportPartGathered', data: { ...ids, part: 'user', items: 1, sha256 } };
    notes.given([requested, old]).when(part).then([gathered]);
  });
  it('stops after a cancellation', () => notes.given([requested, cancelled]).when(part).thenNothing());
  laws('noting', { ...shape, decide: notePart }, { commands: fc.constant(part), histories });

  const ends = deciderSpec({ ...shape, decide: succeed });
  it('ends with the document', () =>
    ends
      .given([requested, gathered])
      .when({ ...document, now })
      .then([succeeded]));
  it('does not end what was cancelled', () =>
    ends
      .given([requested, cancelled])
      .when({ ...document, now })
      .thenNothing());

  const fails = deciderSpec({ ...shape, decide: fail });
  const reason = { code: 'export-too-large', detail: 'x', now };
  it('ends with a reason', () => fails.given([requested]).when(reason).then([failed]));
  it('does not fail what succeeded', () => fails.given([requested, succeeded]).when(reason).thenNothing());
});

describe('the operation that clients see', () => {
  const shown = (events: ExportEvent[], at = now, progress: Progress | null = null) => {
    const state = events.reduce<ExportState>(evolve, none);
    if (state.kind === 'none') throw new Error('nothing to show');
    return operationOf(state, at, progress);
  };
  it('starts queued', () =>
    expect(shown([requested])).toMatchObject({
      status: 'queued',
      progress: { done: 0, total: 2, percent: 0, eta_seconds: null },
    }));
  it('shows progress and how long it will take', () =>
    expect(shown([requested, gathered], '2026-03-01T12:00:10.000Z')).toMatchObject({
      status: 'running',
      progress: { done: 1, total: 2, unit: 'parts', percent: 43, items: 1, eta_seconds: 14 },
    }));
  it('counts the items of the part at hand, once', () => {
    const at = (step: string) => shown([requested, gathered], now, { step, items: 70, bytes: 1 }).progress.items;
    expect([at('profile'), at('user')]).toEqual([71, 1]);
  });
  it('weighs a long part more than a short one, and the making of the document too', () => {
    const long = { ...requested, data: { ...requested.data, include: ['user', 'activity'] } } as ExportEvent;
    expect(shown([long, gathered]).progress.percent).toBe(4);
    const activity = { ...gathered, data: { ...gathered.data, part: 'activity', bytes: 991 } } as ExportEvent;
    const percent = (bytes: number) =>
      shown([long, gathered, activity], now, { step: 'document', items: 0, bytes }).progress.percent;
    expect([percent(0), percent(500), percent(5_000)]).toEqual([85, 93, 100]);
  });
  it('ends with size, digest and expiry', () =>
    expect(shown([requested, gathered, succeeded])).toMatchObject({
      status: 'succeeded',
      ...document,
      finished_at: now,
    }));
  it('names the reason of a failure', () =>
    expect(shown([requested, failed])).toMatchObject({
      status: 'failed',
      error: { code: 'export-too-large', detail: 'x' },
    }));
  it('shows that it was taken', () =>
    expect(shown([requested, succeeded, downloaded])).toMatchObject({ downloaded_at: now }));
});
