import { type RecordedEvent } from './event.js';
import { createTail } from './tail.js';

const recorded = (position: number, bytes = 10): RecordedEvent => ({
  id: '',
  type: 't',
  isJson: false,
  stream: 's',
  revision: position,
  created: 0,
  position,
  data: Buffer.alloc(bytes),
  metadata: Buffer.alloc(0),
});

test('gives what follows a position, with gaps between positions', () => {
  const tail = createTail();
  tail.push([recorded(10), recorded(20), recorded(30)]);
  expect(tail.after(0, 9).map((event) => event.position)).toEqual([10, 20, 30]);
  expect(tail.after(15, 1).map((event) => event.position)).toEqual([20]);
  expect(tail.after(30, 9)).toEqual([]);
});

test('drops the older half beyond its events, and covers only what is left', () => {
  const tail = createTail(10);
  for (let position = 10; position <= 110; position += 10) tail.push([recorded(position)]);
  expect(tail.covers(50)).toBe(false);
  expect(tail.covers(60)).toBe(true);
  expect(tail.after(60, 99).map((event) => event.position)).toEqual([70, 80, 90, 100, 110]);
});

test('drops the older half beyond its bytes', () => {
  const tail = createTail(1_000, 100);
  for (let position = 1; position <= 4; position += 1) tail.push([recorded(position, 30)]);
  expect(tail.covers(1)).toBe(false);
  expect(tail.after(2, 9)).toHaveLength(2);
});

test('an event larger than its bytes is not kept, and is not covered', () => {
  const tail = createTail(1_000, 100);
  tail.push([recorded(5, 500)]);
  expect(tail.covers(4)).toBe(false);
  expect(tail.covers(5)).toBe(true);
});

test('after a restart covers only what comes later', () => {
  const tail = createTail();
  tail.push([recorded(10)]);
  tail.restart(10);
  expect(tail.covers(9)).toBe(false);
  expect(tail.after(10, 9)).toEqual([]);
});
