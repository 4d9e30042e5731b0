import RequestQueue from 'kafkajs/src/network/requestQueue';
import { patchRequestQueue } from './request-queue.js';

describe('the request queue of kafkajs, patched', () => {
  beforeAll(() => {
    patchRequestQueue();
    jest.useFakeTimers();
  });
  afterAll(() => jest.useRealTimers());

  const queue = (state: Partial<RequestQueue>) => {
    const made = Object.create(RequestQueue.prototype) as RequestQueue;
    const check = jest.fn();
    Object.assign(made, { pending: [], throttledUntil: -1, throttleCheckTimeoutId: null, checkPendingRequests: check });
    Object.assign(made, state);
    made.scheduleCheckPendingRequests();
    return check;
  };

  it('sets no timer while nothing waits', () => {
    queue({});
    expect(jest.getTimerCount()).toBe(0);
  });

  it('looks again soon while requests wait, and once', () => {
    const check = queue({ pending: [{}] });
    jest.advanceTimersByTime(1_000);
    expect(check).toHaveBeenCalledTimes(1);
  });

  it('waits until the broker’s throttling ends', () => {
    const check = queue({ throttledUntil: Date.now() + 500 });
    jest.advanceTimersByTime(499);
    expect(check).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(check).toHaveBeenCalledTimes(1);
  });
});
