import { randomBytes } from 'node:crypto';
import { openBytes, sealBytes } from './sealed-bytes.js';
import { subjectKeysInMemory } from './subject-keys-in-memory.js';

const place = { subject: 'ada', accountId: 'acme', name: 'evidence/acme/ada/1' };
const content = randomBytes(5_000);

describe('sealed bytes', () => {
  it('come back as they were, and show nothing of themselves', async () => {
    const keys = subjectKeysInMemory();
    const sealed = await sealBytes(keys, place, 'profile', content);
    expect(sealed.includes(content.subarray(0, 16))).toBe(false);
    expect((await openBytes(keys, place, sealed)).equals(content)).toBe(true);
    expect((await sealBytes(keys, place, 'profile', content)).equals(sealed)).toBe(false);
  });

  it('do not open when they were changed, cut, moved, or given to somebody else', async () => {
    const keys = subjectKeysInMemory();
    const sealed = await sealBytes(keys, place, 'profile', content);
    const changed = Buffer.from(sealed);
    changed[sealed.length - 20]! ^= 1;
    for (const wrong of [
      openBytes(keys, place, changed),
      openBytes(keys, place, sealed.subarray(0, -1)),
      openBytes(keys, { ...place, name: 'evidence/acme/ada/2' }, sealed),
      openBytes(keys, { ...place, subject: 'eve' }, sealed),
      openBytes(keys, place, Buffer.from([2, ...sealed.subarray(1)])),
    ]) {
      await expect(wrong).rejects.toThrow();
    }
  });

  it('are gone with their key', async () => {
    const keys = subjectKeysInMemory();
    const sealed = await sealBytes(keys, place, 'profile', content);
    keys.destroy('acme/ada');
    await expect(openBytes(keys, place, sealed)).rejects.toMatchObject({ status: 410, code: 'subject-erased' });
    await expect(sealBytes(keys, place, 'profile', content)).rejects.toMatchObject({ code: 'subject-erased' });
  });
});
