import fc from 'fast-check';
import { noteWritten } from './example-notebook.js';
import { isErased } from './erased.js';
import { imitatesSeal, openFields, sealFields } from './personal-fields.js';
import { isSealed } from './sealing.js';
import { subjectKeysInMemory } from './subject-keys-in-memory.js';

const place = { subject: 'ada', stream: 'notebook-1', eventId: 'e1' };
const fields = noteWritten.personalFields;
const text = fc.string();
const notes = fc.record(
  {
    owner_id: fc.constant('ada'),
    number: fc.integer(),
    text: fc.option(text),
    by_place: fc.dictionary(fc.string(), fc.record({ address: text })),
    drawings: fc.array(text),
  },
  { requiredKeys: ['owner_id', 'number'] },
);

describe('personal fields', () => {
  it('open to what was sealed, through arrays and records, whatever is there', async () => {
    const keys = subjectKeysInMemory();
    await fc.assert(
      fc.asyncProperty(notes, async (data) => {
        const sealed = await sealFields(data, fields, place, place.subject, keys);
        const opened = await openFields(sealed.data, fields, place, keys);
        expect(opened.data).toEqual(data);
        expect(new Set(opened.keyIds)).toEqual(new Set(sealed.keyIds));
      }),
    );
  });

  it('are all sealed, each with the key of its purpose, and nothing else is', async () => {
    const keys = subjectKeysInMemory();
    const data = { owner_id: 'ada', number: 7, text: 'a', by_place: { home: { address: 'b' } }, drawings: ['c', 'd'] };
    const { data: sealed, keyIds } = await sealFields(data, fields, place, place.subject, keys);
    expect(keyIds).toHaveLength(2);
    expect(sealed).toMatchObject({ owner_id: 'ada', number: 7 });
    const values = [sealed.text, (sealed.by_place as Record<string, { address: unknown }>).home!.address];
    expect([...values, ...(sealed.drawings as unknown[])].every(isSealed)).toBe(true);
    expect(data.text).toBe('a');
  });

  it('leave null and absent values as they are, and ask for no key for them', async () => {
    const keys = subjectKeysInMemory();
    keys.destroy('ada');
    const data = { owner_id: 'ada', number: 1, text: null };
    expect(await sealFields(data, fields, place, place.subject, keys)).toEqual({ data, keyIds: [] });
    await expect(sealFields({ ...data, text: 'x' }, fields, place, place.subject, keys)).rejects.toMatchObject({
      code: 'subject-erased',
    });
  });

  it('become erased when the key is gone, and name no key any more', async () => {
    const keys = subjectKeysInMemory();
    const { data } = await sealFields({ text: 'a', drawings: ['b'] }, fields, place, place.subject, keys);
    keys.destroy('ada');
    const opened = await openFields(data, fields, place, keys);
    expect(isErased(opened.data.text)).toBe(true);
    expect((opened.data.drawings as unknown[]).every(isErased)).toBe(true);
    expect(opened.keyIds).toEqual([]);
  });

  it('are found anywhere in data of an older shape', async () => {
    const keys = subjectKeysInMemory();
    const { data } = await sealFields({ text: 'a', drawings: ['b'] }, fields, place, place.subject, keys);
    const opened = await openFields({ ...data, other: [1, null] }, undefined, place, keys);
    expect(opened.data).toEqual({ text: 'a', drawings: ['b'], other: [1, null] });
  });

  it('keep a value that was written in clear before its field was marked', async () => {
    const opened = await openFields({ text: 'clear' }, fields, place, subjectKeysInMemory());
    expect(opened).toEqual({ data: { text: 'clear' }, keyIds: [] });
  });

  it('tell data that imitates a seal, except where sealing hides it anyway', () => {
    const imitation = { sealed: 'v1.a.b.c' };
    expect(imitatesSeal({ note: { deep: [imitation] } }, fields)).toBe(true);
    expect(imitatesSeal({ text: imitation }, fields)).toBe(false);
    expect(imitatesSeal({ sealed: 'envelope', text: 'x' }, fields)).toBe(false);
  });
});
