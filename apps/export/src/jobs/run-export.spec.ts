import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allEvents, type CurrentUserContext, type DomainEvent } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { folderObjects } from '@annals/objects';
import { requestContext, signedIn, testStores } from '@annals/testing';
import { requireStanding } from '../document/require-standing.js';
import { documentName } from '../document/sealed-document.js';
import { removeOthers } from '../document/staged.js';
import type { Section } from '../section/section.js';
import { exportAggregate, exportId } from '../export/export-aggregate.js';
import { runExport, type Job, type Workshop } from './run-export.js';

const stores = testStores({ service: 'export', events: allEvents });
const folder = mkdtempSync(join(tmpdir(), 'annals-run-'));
const objects = folderObjects(folder);
const now = '2026-03-01T12:00:00.000Z';
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (category: string, id: string, who: CurrentUserContext, events: DomainEvent[]) =>
  stores().store.execute({ category, initial: null, evolve: () => null }, id, {
    ...{ id: uuidv7(), context: who, now, decide: () => events },
  });

/** A member's export of their user record, which no other service is asked for. */
async function asked(): Promise<{ who: CurrentUserContext; job: Job; ids: Record<string, string> }> {
  const who = signedIn('VIEWER');
  const member = { account_id: who.account_id!, user_id: who.user_id! };
  const ids = { ...member, export_id: randomUUID() };
  await write('membership', `${ids.account_id}_${ids.user_id}`, who, [
    { type: 'MembershipGranted', data: { ...member, role: 'VIEWER', via: 'invitation' } },
  ]);
  const wish = { formats: ['json'], scope: 'self', include: ['user'], limit_bytes: 1000, requested_at: now };
  await write('export', exportId(ids.account_id, ids.export_id), who, [
    { type: 'ExportRequested', data: { ...ids, ...wish } },
  ]);
  const job = { exportId: ids.export_id, accountId: ids.account_id, userId: ids.user_id, request: requestContext() };
  return { who, job, ids };
}

const user: Section = {
  ...{ part: 'user', version: 1, kind: 'one' },
  async *items() {
    yield { name: 'Ada' };
  },
};
const sections: Workshop['sections'] = { self: () => [user], account: () => [] };

/** @param onPut what happens elsewhere while the document is put in place */
const workshop = (onPut: () => Promise<unknown> = async () => undefined): Workshop => ({
  ...{ store: stores().store, keys: stores().keys, lifetimeHours: 1, now: () => new Date(now) },
  sections,
  requireRight: { self: (job) => requireStanding(stores().store, job), account: async () => undefined },
  objects: {
    ...objects,
    async put(name, content) {
      await objects.put(name, content);
      if (name.startsWith('exports/')) await onPut();
    },
  },
});
const stateOf = async ({ accountId, exportId: id }: Job) =>
  (await stores().store.load(exportAggregate, exportId(accountId, id))).state;
const isThere = ({ accountId, exportId: id }: Job) =>
  objects.get(documentName(accountId, id), 100_000).then(
    () => true,
    () => false,
  );

describe('an export whose person’s business ends while it is made', () => {
  it.each([
    ['is disabled', 'user-inactive', 'user', { type: 'UserDisabled', data: { status: 'disabled', reason: null } }],
    [
      ...(['is deleted', 'user-inactive', 'user'] as const),
      { type: 'UserDeleted', data: { status: 'deleted', deleted_at: now, deleted_by_id: null } },
    ],
    ['loses the account', 'account-closed', 'account', { type: 'AccountClosed', data: {} }],
  ] as const)('is given up when that person %s', async (_what, code, category, { type, data }) => {
    const { who, job, ids } = await asked();
    const about = category === 'user' ? { user_id: ids.user_id } : { account_id: ids.account_id };
    await write(category, Object.values(about)[0]!, who, [{ type, data: { ...data, ...about } }]);
    await runExport(workshop(), job);
    expect(await stateOf(job)).toMatchObject({ status: 'failed', error: { code } });
    expect(await isThere(job)).toBe(false);
  });

  it('goes on for somebody who was disabled once and is not any more', async () => {
    const { who, job, ids } = await asked();
    await write('user', ids.user_id!, who, [
      { type: 'UserDisabled', data: { user_id: ids.user_id, status: 'disabled', reason: null } },
      { type: 'UserEnabled', data: { user_id: ids.user_id, status: 'active' } },
    ]);
    await runExport(workshop(), job);
    expect(await stateOf(job)).toMatchObject({ status: 'succeeded' });
    expect(await isThere(job)).toBe(true);
  });

  it('leaves no document when it is cancelled while that is put in place', async () => {
    const { who, job, ids } = await asked();
    const cancelled = { type: 'ExportCancelled', data: { ...ids, cancelled_at: now, reason: 'membership-ended' } };
    await runExport(
      workshop(() => write('export', exportId(ids.account_id!, ids.export_id!), who, [cancelled])),
      job,
    );
    expect(await stateOf(job)).toMatchObject({ status: 'cancelled' });
    expect(await isThere(job)).toBe(false);
  });

  it('leaves none either when the worker dies right then: the next one removes it', async () => {
    const { who, job, ids } = await asked();
    const dying = workshop(async () => {
      const cancelled = { type: 'ExportCancelled', data: { ...ids, cancelled_at: now, reason: 'user-disabled' } };
      await write('export', exportId(ids.account_id!, ids.export_id!), who, [cancelled]);
      throw new Error('killed');
    });
    await expect(runExport(dying, job)).rejects.toThrow('killed');
    expect(await isThere(job)).toBe(true);
    await runExport(workshop(), job);
    expect(await isThere(job)).toBe(false);
  });
});

describe('an export that two workers make at once', () => {
  it('is tried again when one took away what the other had read and not noted yet, and does not fail', async () => {
    const { job } = await asked();
    const { objects: kept, ...rest } = workshop();
    const robbed = {
      ...rest,
      objects: {
        ...kept,
        async put(name: string, content: Parameters<typeof kept.put>[1]) {
          await kept.put(name, content);
          if (name.startsWith('staging/')) await removeOthers(workshop(), job, new Set());
        },
      },
    };
    await expect(runExport(robbed, job)).rejects.toMatchObject({ code: 'object-not-found' });
    expect(await stateOf(job)).toMatchObject({ status: 'running', error: null });
    await runExport(workshop(), job);
    expect(await stateOf(job)).toMatchObject({ status: 'succeeded' });
    expect(await isThere(job)).toBe(true);
  });
});
