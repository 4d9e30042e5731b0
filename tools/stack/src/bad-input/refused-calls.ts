import type { RawCall } from '../raw-call.js';

/** Something wrong to send, and how it is refused. */
export type Refused = [status: number, code: string, what: string, path: string, call: RawCall];

const json = ['content-type', 'application/json'] as const;
const patch = (body: string, ...headers: (readonly [string, string])[]): RawCall => ({
  method: 'PATCH',
  headers: [json, ...headers],
  body,
});
const patchAs = (body: string | Uint8Array, ...headers: (readonly [string, string])[]): RawCall => ({
  method: 'PATCH',
  headers,
  body,
});
const bio = '{"bio":"x"}';
const profile = '/users/profile';
const stranger = '00000000-0000-7000-8000-000000000000';
const large = JSON.stringify({ bio: 'x'.repeat(200_000) });
const facts = JSON.stringify([{ type: 'x', data: { text: 'x'.repeat(600_000) } }]);

export const wrongBodies: Refused[] = [
  [400, 'body-malformed', 'JSON that ends early', profile, patch('{"bio":"')],
  [400, 'body-malformed', 'JSON with a comment', profile, patch('{} // bio')],
  [400, 'body-malformed', 'NaN', profile, patch('{"bio":NaN}')],
  [400, 'body-invalid', 'no body', profile, { method: 'PATCH', headers: [json] }],
  [400, 'body-invalid', 'null', profile, patch('null')],
  [400, 'body-invalid', 'a list', profile, patch('[]')],
  [400, 'body-invalid', 'a text', profile, patch('"bio"')],
  [400, 'body-invalid', 'an unknown field', profile, patch('{"bio":"x","is_super_admin":true}')],
  [400, 'body-invalid', 'an unknown field further in', profile, patch('{"emergency_contact":{"role":"ADMIN"}}')],
  [400, 'body-invalid', 'a number for text', profile, patch('{"bio":1e999}')],
  [400, 'body-invalid', 'an object for text', profile, patch('{"bio":{"$ne":""}}')],
  [400, 'body-invalid', 'a script for a link', profile, patch('{"website":"javascript:alert(1)"}')],
  [400, 'body-invalid', 'a control character', profile, patch('{"bio":"\\u0007"}')],
  [400, 'body-text-refused', 'NUL', profile, patch('{"bio":"\\u0000"}')],
  [
    400,
    'body-text-refused',
    'half a surrogate pair',
    '/users/activity',
    postJson('{"type":"x","data":{"a":"\\udfff"}}'),
  ],
  [400, 'body-text-refused', 'NUL in free data', '/users/activity', postJson('{"type":"x","data":{"a":["\\u0000"]}}')],
  [400, 'body-name-refused', '__proto__', profile, patch('{"__proto__":{"bio":"x"}}')],
  [400, 'body-name-refused', '__proto__ as an escape', profile, patch('{"\\u005f_proto__":1}')],
  [
    400,
    'body-name-refused',
    'constructor, further in',
    '/users/activity',
    postJson('{"type":"x","data":{"constructor":1}}'),
  ],
  [400, 'body-too-deep', '33 levels', profile, patch(`{"bio":${'['.repeat(33)}${']'.repeat(33)}}`)],
  [400, 'body-too-deep', '40,000 levels', profile, patch('['.repeat(40_000) + ']'.repeat(40_000))],
  [400, 'body-not-utf8', 'Latin-1', profile, patchAs(Buffer.from('{"bio":"\xe9"}', 'latin1'), json)],
  [413, 'body-too-large', '200 KB', profile, patch(large)],
  [413, 'body-too-large', '200 KB of unsaid length', profile, { ...patch(large), chunked: true }],
  [413, 'body-too-large', '600 KB of activity', '/users/activity', postJson(facts)],
  [415, 'content-type-unsupported', 'no content type', profile, patchAs(bio)],
  [415, 'content-type-unsupported', 'text', profile, patchAs(bio, ['content-type', 'text/plain'])],
  [415, 'content-type-unsupported', 'a form', profile, patchAs('bio=x', ['content-type', 'multipart/form-data'])],
  [
    415,
    'content-type-unsupported',
    'UTF-16',
    profile,
    patchAs(bio, ['content-type', 'application/json; charset=utf-16']),
  ],
  [415, 'content-encoding-unsupported', 'gzip', profile, patch(bio, ['content-encoding', 'gzip'])],
];

export const wrongHeaders: Refused[] = [
  ...['7', 'W/"7"', '*', '"1", "2"', '"-1"', '"0x1"', '"999999999999999999999"'].map((tag): Refused => [
    400,
    'if-match-invalid',
    `If-Match: ${tag}`,
    profile,
    patch(bio, ['if-match', tag]),
  ]),
  [
    412,
    'stale-revision',
    'If-Match that nothing can have',
    profile,
    patch(bio, ['if-match', '"18446744073709551616"']),
  ],
  ...['a b', 'x'.repeat(256), 'schl\xfcssel'].map((key): Refused => [
    400,
    'idempotency-key-invalid',
    `a key like ${key.slice(0, 9)}`,
    profile,
    withKey(key),
  ]),
  [
    ...[400, 'idempotency-key-invalid', 'two keys', profile],
    patch(bio, ['idempotency-key', 'one'], ['Idempotency-Key', 'two']),
  ] as unknown as Refused,
  ...['x', '1-2@', '1@profile', '-1--1@profile', '1-1@profile,', `${'9'.repeat(30)}-1@profile`].map(
    (token): Refused => [400, 'invalid-position', `x-min-position: ${token.slice(0, 20)}`, ...reading(token)],
  ),
  [503, 'projection-behind', 'a position of the far future', ...reading(`${'9'.repeat(15)}-1@profile`)],
  [400, 'account-id-invalid', 'an account that is no name', profile, { headers: [['account-id', '../acme']] }],
  [403, 'account-mismatch', 'the account of nobody', profile, { headers: [['account-id', stranger]] }],
];

export const wrongPlaces: Refused[] = [
  [404, 'path-unknown', 'an unknown path', '/nothing/here', {}],
  [404, 'path-unknown', 'an inside path', '/internal/contexts', { method: 'POST', headers: [json], body: '{}' }],
  [404, 'path-unknown', 'a way around', '/users/../../../internal/jwks', {}],
  [404, 'path-unknown', 'a way around in other letters', '/%2e%2e/%2e%2e/internal/jwks', {}],
  [404, 'path-unknown', 'a slash too many', '/users/profile/', {}],
  [404, 'path-unknown', 'other letters', '/Users/Profile', {}],
  [404, 'path-unknown', 'an id that is none', '/users/42/profile', {}],
  [404, 'path-unknown', 'NUL as an id', '/users/%00/profile', {}],
  [404, 'path-unknown', 'SQL as an id', "/audit-logs/1'%20or%20'1'='1", {}],
  [400, 'path-malformed', 'half an escape', '/users/%ZZ/profile', {}],
  [405, 'method-not-allowed', 'POST to a profile', profile, { method: 'POST', headers: [json], body: '{}' }],
  [405, 'method-not-allowed', 'a method of another protocol', profile, { method: 'PROPFIND' }],
  [405, 'method-not-allowed', 'TRACE', profile, { method: 'TRACE' }],
  [404, 'member-unknown', "a stranger's profile", `/users/${stranger}/profile`, {}],
  [404, 'audit-entry-unknown', 'an audit entry of nobody', `/audit-logs/${stranger}`, {}],
  [400, 'query-invalid', 'page 0', '/audit-logs?page=0', {}],
  [400, 'query-invalid', 'too much at once', '/audit-logs?limit=1000', {}],
  [400, 'query-invalid', 'a page beyond numbers', `/audit-logs?page=${'9'.repeat(30)}`, {}],
  [400, 'query-invalid', 'an unknown filter', '/audit-logs?account_id=acme', {}],
  [400, 'query-invalid', 'a filter twice', '/audit-logs?entity=a&entity=b', {}],
  [400, 'query-invalid', '__proto__', '/audit-logs?__proto__=1', {}],
  [400, 'query-text-refused', 'NUL', '/audit-logs?entity=%00', {}],
  [400, 'query-too-long', 'a thousand parameters', `/audit-logs?${'a=1&'.repeat(1000)}`, {}],
  [400, 'invalid-cursor', 'a cursor of nobody', '/audit-logs?cursor=abc', {}],
];

function postJson(body: string): RawCall {
  return { method: 'POST', headers: [json], body };
}
function withKey(key: string): RawCall {
  return patch(bio, ['idempotency-key', key]);
}
/** A read that waits for its read model. */
function reading(position: string): [string, RawCall] {
  return ['/audit-logs', { headers: [['x-min-position', position]] }];
}
