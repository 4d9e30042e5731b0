import { newRequestId } from './request-id.js';

describe('a request id', () => {
  it('is a UUID of version 7 that carries its time, and no two are the same', () => {
    const now = Date.UTC(2026, 0, 1);
    const ids = Array.from({ length: 1_000 }, () => newRequestId(now));
    expect(new Set(ids).size).toBe(1_000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(ids[0]!.replaceAll('-', '').slice(0, 12), 16)).toBe(now);
  });
});
