import { randomUUID } from 'node:crypto';
import { startStubAuth0, stubSecret, type StubAuth0 } from '../testing/stub-auth0.js';
import { auth0, type Auth0Settings } from './auth0.js';
import type { IdentityProviderPort } from './identity-provider.js';

let stub: StubAuth0;
let waits: number[];
let now: number;
let port: IdentityProviderPort;
const make = (over: Partial<Auth0Settings> = {}) =>
  auth0({
    ...{ url: stub.url, clientId: 'the-client', clientSecret: stubSecret, connection: 'people' },
    ...{ returnUrl: 'https://annals.test', now: () => now },
    pause: async (ms) => void waits.push(ms),
    ...over,
  });
beforeEach(async () => {
  stub = await startStubAuth0();
  [waits, now] = [[], Date.parse('2026-03-01T12:00:00Z')];
  port = make();
});
afterEach(() => stub.stop());

const ada = () => {
  const user_id = randomUUID();
  return { user_id, email: `${user_id}@example.test`, name: 'Ada' };
};
const made = (calls = stub.calls) => calls.map(({ method, path }) => `${method} ${path}`);
const known = (subject: string, email: string, over: object = {}) =>
  stub.users.set(subject, {
    ...{ user_id: subject, email, email_verified: false, blocked: false, identities: [{ connection: 'people' }] },
    ...over,
  });

describe('a person at Auth0', () => {
  it('is created in the connection, under our id, with a password that nobody knows and no mail of theirs', async () => {
    const person = ada();
    expect(await port.createUser(person)).toBe(`auth0|${person.user_id}`);
    expect(port.subjectOf(person.user_id)).toBe(`auth0|${person.user_id}`);
    expect(made()).toEqual(['POST /oauth/token', 'POST /api/v2/users']);
    expect(stub.calls[1]!.body).toEqual({
      ...{ ...person, connection: 'people', email_verified: false, verify_email: false },
      password: expect.stringMatching(/^.{40,}$/) as string,
    });
  });

  it('is found when they were created before', async () => {
    const person = ada();
    const subjects = [await port.createUser(person), await port.createUser(person)];
    expect(subjects).toEqual([`auth0|${person.user_id}`, `auth0|${person.user_id}`]);
    expect(made().slice(-1)).toEqual([`GET /api/v2/users-by-email?email=${person.email}`]);
  });

  it('is found when they have proved to hold the address there', async () => {
    const person = ada();
    known('auth0|before', person.email, { email_verified: true });
    expect(await port.createUser(person)).toBe('auth0|before');
  });

  it.each([
    ['has not proved to hold the address', {}],
    ['is of another connection', { email_verified: true, identities: [{ connection: 'others' }] }],
  ])('is not who %s there, without the address in the error', async (_, over) => {
    const person = ada();
    known('auth0|squatter', person.email, over);
    const error = await port.createUser(person).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ message: 'Auth0 knows somebody by this address who has not proved to hold it' });
    expect(JSON.stringify(error)).not.toContain(person.email);
  });

  it('is blocked, let in again and deleted, twice as well as once', async () => {
    const subject = await port.createUser(ada());
    for (let time = 0; time < 2; time++) await port.blockUser(subject);
    expect(stub.users.get(subject)).toMatchObject({ blocked: true });
    for (let time = 0; time < 2; time++) await port.unblockUser(subject);
    expect(stub.users.get(subject)).toMatchObject({ blocked: false });
    for (let time = 0; time < 2; time++) await port.deleteUser(subject);
    expect(stub.users.size).toBe(0);
  });

  it('needs not be there to be kept out', async () => {
    await port.blockUser('auth0|gone');
    await port.unblockUser('auth0|gone');
    await port.deleteUser('auth0|gone');
  });

  it('chooses a password by a ticket, which proves their address', async () => {
    const subject = await port.createUser(ada());
    expect(await port.inviteUser(subject)).toMatch(new RegExp(`^${stub.url}/lo/reset`));
    expect(stub.calls.at(-1)!.body).toEqual({
      ...{ user_id: subject, result_url: 'https://annals.test' },
      ...{ mark_email_as_verified: true, ttl_sec: 604_800 },
    });
    await expect(port.inviteUser('auth0|gone')).rejects.toThrow('Auth0 refused to invite a user: 404 inexistent_user');
  });
});

describe('a token for the Management API', () => {
  it('is fetched once for many calls, also when they come together, and again before its end', async () => {
    await Promise.all([port.createUser(ada()), port.createUser(ada()), port.createUser(ada())]);
    await port.createUser(ada());
    expect(stub.tokens()).toBe(1);
    now += 86_400_000 - 60_000;
    await port.createUser(ada());
    expect(stub.tokens()).toBe(2);
  });

  it('is fetched anew, once, when it ended early', async () => {
    const subject = await port.createUser(ada());
    stub.expireTokens();
    await port.blockUser(subject);
    expect([stub.tokens(), stub.users.get(subject)!.blocked]).toEqual([2, true]);
  });

  it('is asked for again after it was refused, and the secret is in no error', async () => {
    const wrong = make({ clientSecret: 'a-wrong-secret' });
    for (let time = 0; time < 2; time++) {
      const error = await wrong.blockUser('auth0|1').catch((thrown: Error) => thrown);
      expect(error).toMatchObject({ message: 'Auth0 refused to get a token: 401' });
      expect(`${(error as Error).stack} ${JSON.stringify(error)}`).not.toContain('a-wrong-secret');
    }
    expect(made()).toEqual(['POST /oauth/token', 'POST /oauth/token']);
  });
});

describe('trouble at Auth0', () => {
  let subject: string;
  beforeEach(async () => {
    subject = await port.createUser(ada());
  });

  it('is waited out when a limit ends soon', async () => {
    stub.failNext({ status: 429, reset: now / 1000 + 3 });
    await port.blockUser(subject);
    expect([waits, stub.users.get(subject)!.blocked]).toEqual([[3000], true]);
  });

  it('is left to a later try when a limit lasts', async () => {
    stub.failNext({ status: 429, reset: now / 1000 + 60 });
    await expect(port.blockUser(subject)).rejects.toThrow('Auth0 refused to block a user: 429 too_many_requests');
    expect(waits).toEqual([]);
  });

  it('is tried again a little later each time, four times in all', async () => {
    stub.failNext({ status: 503 }, { status: 429 }, { broken: 'before' });
    await port.blockUser(subject);
    expect([waits, stub.users.get(subject)!.blocked]).toEqual([[200, 400, 800], true]);
    stub.failNext(...Array.from({ length: 4 }, () => ({ status: 502 })));
    await expect(port.unblockUser(subject)).rejects.toThrow('Auth0 refused to unblock a user: 502');
    stub.failNext(...Array.from({ length: 4 }, () => ({ broken: 'before' as const })));
    await expect(port.unblockUser(subject)).rejects.toThrow('Auth0 cannot be reached to unblock a user');
  });

  it('does not make a person twice whose creation was answered by nobody', async () => {
    const person = ada();
    stub.failNext({ broken: 'after' });
    expect(await port.createUser(person)).toBe(`auth0|${person.user_id}`);
    expect([...stub.users.values()].filter(({ email }) => email === person.email)).toHaveLength(1);
    expect(made().slice(-3)).toEqual([
      ...['POST /api/v2/users', 'POST /api/v2/users'],
      `GET /api/v2/users-by-email?email=${person.email}`,
    ]);
  });
});
