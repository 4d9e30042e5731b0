import { deviceOf, kindOf } from './device.js';

const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';

it.each([
  ['desktop', `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/17.4 Safari/605.1.15`],
  ['desktop', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:124.0) Gecko/20100101 Firefox/124.0'],
  ['desktop', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/123.0.0.0 Safari/537.36'],
  [
    'mobile',
    `Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) ${webkit} Version/17.4 Mobile/15E148 Safari/604.1`,
  ],
  ['mobile', 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/123.0.0.0 Mobile Safari/537.36'],
  ['mobile', 'Mozilla/5.0 (Android 14; Mobile; rv:124.0) Gecko/124.0 Firefox/124.0'],
  ['tablet', `Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) ${webkit} Version/17.4 Mobile/15E148 Safari/604.1`],
  ['tablet', 'Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 Chrome/123.0.0.0 Safari/537.36'],
  ['other', 'Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) Chrome/123.0 Mobile (compatible; Googlebot/2.1)'],
  ['other', 'curl/8.5.0'],
  ['other', ''],
  ['other', null],
])('%s is what %s tells of', (device, userAgent) => expect(deviceOf(userAgent)).toBe(device));

it.each([
  [
    'desktop',
    'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/123.0.0.0 Safari/537.36',
  ],
  [
    'mobile',
    `Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) ${webkit} Version/17.4 Mobile/15E148 Safari/604.1`,
  ],
  ['tablet', `Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) ${webkit} Version/17.4 Mobile/15E148 Safari/604.1`],
  ['bot', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
  ['bot', 'facebookexternalhit/1.1'],
  [
    'bot',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/123.0.0.0 Safari/537.36',
  ],
  ['bot', 'Mozilla/5.0 (compatible; NeverHeardOfItCrawler/1.0)'],
  ['api', 'curl/8.5.0'],
  ['api', 'python-requests/2.31.0 Linux/6.1'],
  ['api', 'node'],
  ['other', 'Mozilla/5.0 (SMART-TV; Linux; Tizen 5.0) AppleWebKit/538.1 (KHTML, like Gecko)'],
  ['other', 'Mozilla/5.0'],
  ['api', 'x'.repeat(100_000)],
  [null, ''],
  [null, null],
])('%s is what somebody says to be who says %s', (kind, userAgent) => expect(kindOf(userAgent)).toBe(kind));
