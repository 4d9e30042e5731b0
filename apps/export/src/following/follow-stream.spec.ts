import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { event } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';
import type { Response } from '@annals/service';
import { anonymous, testStores, until } from '@annals/testing';
import { z } from 'zod';
import { exportChanges } from '../export/follow-export.js';
import { followStream } from './follow-stream.js';

const events = ['Begun', 'Ended'].map((type) =>
  event(type, { category: 'work', data: z.object({}), audit: { entity: 'work', action: 'UPDATE', keys: [] } }),
);
const work: Aggregate<string> = { category: 'work', initial: 'none', evolve: (_, { type }) => type };
const stores = testStores({ service: 'export', events });

const write = (id: string, type: string) =>
  stores().store.execute(work, id, {
    ...{ id: randomUUID(), context: anonymous(), now: '2026-01-01T00:00:00.000Z' },
    decide: () => [{ type, data: {} }],
  });

afterEach(() => jest.useRealTimers());

it('comes by itself to what it was not told of', async () => {
  jest.useFakeTimers({ advanceTimers: false, doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'Date'] });
  const id = randomUUID();
  await write(id, 'Begun');
  const written: string[] = [];
  const res = Object.assign(new EventEmitter(), { write: (text: string) => written.push(text) });
  const following = followStream(
    {
      ...{ store: stores().store, changes: exportChanges(), stream: `work-${id}`, initial: work.initial },
      evolve: (_, { type }) => type,
      shown: (state) => state,
      isOver: (state) => state === 'Ended',
      between: () => Promise.resolve(undefined),
    },
    id,
    undefined,
    res as unknown as Response,
  );
  await until('the beginning is told', () => written.length === 1);
  await write(id, 'Ended');
  expect(written).toHaveLength(1);
  jest.advanceTimersByTime(15_000);
  await following;
  expect(written.join('')).toContain('id: 1\nevent: progress\ndata: "Ended"');
});
