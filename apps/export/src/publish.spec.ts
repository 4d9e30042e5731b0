import { storedEvents } from '@annals/testing';
import { integrationEventOf, jobOf } from './publish.js';

const ids = { account_id: 'a', export_id: 'e', user_id: 'u' };
const event = (type: string) => storedEvents([{ type, stream: 'export-a_e', data: { ...ids, sha256: 'x' } }])[0]!;

describe('what export tells others', () => {
  it('is a job for each request, and for nothing else', () => {
    expect(jobOf(event('ExportRequested'))).toEqual({ key: 'a/e', type: 'export.requested.v1', data: ids });
    expect(jobOf(event('ExportSucceeded'))).toBeNull();
  });

  it.each([
    ['ExportRequested', 'export.requested.v1'],
    ['ExportSucceeded', 'export.succeeded.v1'],
    ['ExportFailed', 'export.failed.v1'],
    ['ExportCancelled', 'export.cancelled.v1'],
    ['ExportExpired', 'export.expired.v1'],
    ['ExportDownloaded', 'export.downloaded.v1'],
  ])('says of %s who and which, and no more', (type, told) => {
    expect(integrationEventOf(event(type))).toEqual({ key: 'a/e', type: told, data: ids });
  });

  it.each([
    ['ErasureRequested', 'export.erasure_requested.v1'],
    ['ErasureCancelled', 'export.erasure_cancelled.v1'],
    ['ErasureBegun', 'export.erasure_begun.v1'],
    ['ErasureKeysDestroyed', 'export.erasure_keys_destroyed.v1'],
    ['ErasureCertified', 'export.erasure_certified.v1'],
  ])('says of %s which erasure it is, and not whose', (type, told) => {
    const data = { account_id: 'a', user_id: 'u', erasure_id: 'e', holders: [{ account_id: 'a', user_id: 'u' }] };
    const [stored] = storedEvents([{ type, stream: 'erasure-e', data }]);
    expect(integrationEventOf(stored!)).toEqual({ key: 'erasure/e', type: told, data: { erasure_id: 'e' } });
  });

  it('keeps the single parts to itself', () => expect(integrationEventOf(event('ExportPartGathered'))).toBeNull());
});
