import { allEvents, event, pii } from '@annals/contracts';
import { logFields } from '@annals/service';
import { z } from 'zod';
import { eventReasons, logReasons } from './text-reasons.js';
import { idleReasons, textFields, unmarkedFields } from './unmarked.js';

const mark = { category: 'identity', purpose: 'profile', basis: 'contract', retention: 'account' } as const;
/** An event as somebody might add it tomorrow. */
const tomorrows = (data: z.ZodObject) =>
  event('NicknameChosen', {
    ...{ category: 'profile', audit: { entity: 'Profile', action: 'UPDATE', keys: [] } },
    data: z.strictObject({ user_id: z.uuid(), ...data.shape }),
    subject: 'user_id',
  });
const found = (fields: z.ZodRawShape) => unmarkedFields([tomorrows(z.strictObject(fields))], eventReasons);

describe('the events of the house', () => {
  it('have no field for text that is neither marked, nor of an impersonal shape, nor allowed for a reason', () =>
    expect(unmarkedFields(allEvents, eventReasons)).toEqual([]));

  it('need every reason there is', () => expect(idleReasons(allEvents, eventReasons)).toEqual([]));
});

describe('the check of unmarked fields', () => {
  it.each<[string, z.ZodRawShape, string]>([
    ['a text', { nickname: z.string() }, 'nickname (text)'],
    ['a bounded text', { nickname: z.string().trim().min(1).max(20) }, 'nickname (text)'],
    ['an optional one', { nickname: z.string().nullable().optional() }, 'nickname (text)'],
    ['an address', { mail: z.email() }, 'mail (email)'],
    ['a date, of birth perhaps', { born: z.iso.date() }, 'born (date)'],
    ['a text of some letters', { nickname: z.string().regex(/^[a-z]+$/) }, 'nickname (/^[a-z]+$/)'],
    ['texts in a list', { nicknames: z.array(z.strictObject({ text: z.string() })) }, 'nicknames.*.text (text)'],
    ['texts by name', { answers: z.record(z.enum(['a', 'b']), z.string()) }, 'answers.* (text)'],
    ['names of things', { counts: z.record(z.string(), z.int()) }, 'counts.{key} (text)'],
    ['one of several', { contact: z.union([z.uuid(), z.string()]) }, 'contact (text)'],
    ['what becomes something else', { nickname: z.string().transform((text) => text.length) }, 'nickname (text)'],
    ['what may be anything', { extra: z.unknown() }, 'extra (unknown)'],
    ['what cannot be looked into', { pair: z.tuple([z.string(), z.string()]) }, 'pair (tuple)'],
  ])('finds %s', (_what, fields, expected) => expect(found(fields)).toEqual([`NicknameChosen.${expected}`]));

  it('finds none in ids, moments, hashes, numbers and words of ours', () =>
    expect(
      found({
        ...{ id: z.uuid(), at: z.iso.datetime(), count: z.int(), kind: z.enum(['a', 'b']), is: z.literal('so') },
        ...{ sha256: z.string().regex(/^[0-9a-f]{64}$/), flags: z.record(z.enum(['a']), z.boolean()), no: z.null() },
      }),
    ).toEqual([]));

  it('finds none where there is a mark, at the field or above it, and the one beside it', () => {
    const marked = { nickname: pii(z.string(), mark), all: pii(z.strictObject({ nickname: z.string() }), mark) };
    expect(found(marked)).toEqual([]);
    expect(found({ ...marked, motto: z.string() })).toEqual(['NicknameChosen.motto (text)']);
  });

  it('sees a field for which there is a reason in one event, and not in the next', () => {
    const reasons = { 'NicknameChosen.nickname': 'for a reason', 'Other.motto': 'for another' };
    const events = [tomorrows(z.strictObject({ nickname: z.string(), motto: z.string() }))];
    expect(unmarkedFields(events, reasons)).toEqual(['NicknameChosen.motto (text)']);
    expect(idleReasons(events, reasons)).toEqual(['Other.motto']);
  });

  it('looks below what wraps a schema', () =>
    expect(textFields(z.strictObject({ a: z.string().default('x').readonly().catch('y') }), [])).toEqual([
      { path: ['a'], shape: 'text' },
    ]));
});

describe('lines of logs', () => {
  it('have a reason for each field that they may have', () =>
    expect(Object.keys(logReasons).sort()).toEqual([...logFields].sort()));
});
