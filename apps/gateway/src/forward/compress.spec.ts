import { acceptsGzip, isWorthCompressing } from './compress.js';

describe('compression', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['br, GZIP;q=0.1', true],
    ['gzip;q=0', false],
    ['*', true],
    ['*;q=0', false],
    ['gzip;q=0, *', false],
    ['deflate, br', false],
  ])('reads Accept-Encoding: %s', (header, expected) => {
    expect(acceptsGzip(header)).toBe(expected);
  });

  it.each([
    [200, ['content-type', 'application/json; charset=utf-8', 'content-length', '1024'], true],
    [200, ['content-type', 'application/problem+json'], true],
    [200, ['content-type', 'application/x-ndjson'], true],
    [200, ['content-type', 'application/json', 'content-length', '1023'], false],
    [200, ['content-type', 'text/event-stream'], false],
    [200, ['content-type', 'text/csv'], true],
    [200, ['content-type', 'image/webp', 'content-length', '9999'], false],
    [200, ['content-type', 'application/json', 'content-encoding', 'br'], false],
    [206, ['content-type', 'application/json'], false],
    [304, ['content-type', 'application/json'], false],
    [200, [], false],
  ])('of %s with %j: %s', (status, headers, expected) => {
    expect(isWorthCompressing(status, headers)).toBe(expected);
  });
});
