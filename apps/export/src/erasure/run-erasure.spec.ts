import { randomUUID } from 'node:crypto';
import { type CurrentUserContext, Problem } from '@annals/contracts';
import { accountStream, holderOf, isErased } from '@annals/event-store';
import { openNote, verifierOf } from '@annals/ledger';
import { asks, erasuresUnderTest, signing } from '../testing/erasures-under-test.js';
import { statementOf } from './certificate.js';
import { runErasure } from './run-erasure.js';

const under = erasuresUnderTest();
jest.setTimeout(60_000);

const typesOf = async (stream: string): Promise<string[]> => {
  const types: string[] = [];
  for await (const { type } of under().stores.store.readStream(stream, { open: false })) types.push(type);
  return types;
};

/** A profile, so that there is something to erase. */
const profiled = (who: CurrentUserContext, name: string) =>
  under().write(who, 'profile', accountStream(who.account_id!, who.user_id!), [
    {
      type: 'ProfileUpdated',
      data: { account_id: who.account_id, user_id: who.user_id, name, updated_at: new Date().toISOString() },
    },
  ]);

const nameOf = async ({ account_id, user_id }: CurrentUserContext): Promise<unknown> => {
  const stream = `profile-${accountStream(account_id!, user_id!)}`;
  for await (const { data } of under().stores.store.readStream(stream)) return data.name;
  return undefined;
};

describe('an erasure of a person', () => {
  it('takes the keys of every account, waits for every service, and is certified', async () => {
    const here = await under().member();
    const there = await under().member('VIEWER', randomUUID(), here.user_id!);
    const other = await under().member('VIEWER', here.account_id!);
    for (const [who, name] of [
      [here, 'Ada'],
      [there, 'Ada there'],
      [other, 'Grace'],
    ] as const) {
      await profiled(who, name);
    }
    const { id } = await asks(under(), here);
    expect(await under().run(id)).toBe('waits');
    under().later(24);
    expect(await under().run(id)).toBe('over');

    const state = await under().stateOf(id);
    const holders = [here.account_id!, there.account_id!]
      .sort()
      .map((account_id) => ({ account_id, user_id: here.user_id }));
    expect(state.keys!.holders).toEqual([...holders, { account_id: null, user_id: here.user_id }]);
    for (const holder of [here.user_id!, `${here.account_id}_${here.user_id}`, `${there.account_id}_${here.user_id}`]) {
      expect(await typesOf(`erased-${holder}`)).toEqual(['SubjectErased']);
    }
    under().stores.store.forget(here.user_id);
    expect([isErased(await nameOf(here)), isErased(await nameOf(there)), await nameOf(other)]).toEqual([
      ...[true, true, 'Grace'],
    ]);
    const services = under()
      .asked.filter(({ ask }) => ask.erasure_id === id)
      .map(({ service }) => service);
    expect(services[0]).toBe('identity');
    expect([...services].sort()).toEqual(['activity', 'export', 'identity', 'profile']);
    await expect(profiled(here, 'Ada again')).rejects.toMatchObject({ status: 410, code: 'subject-erased' });

    const { certificate } = state.certified!;
    const verifier = verifierOf({ name: 'annals/erasure', privateKey: signing.privateKey });
    expect(openNote(certificate, [verifier])).not.toBeNull();
    expect(openNote(certificate.replace('"accounts": 2', '"accounts": 3'), [verifier])).toBeNull();
    const statement = statementOf(certificate);
    expect(statement).toMatchObject({
      erasure_id: id,
      scope: 'person',
      accounts: 2,
      removed: { profile: { things: 1 } },
    });
    expect(statement.key_fingerprints.length).toBeGreaterThanOrEqual(2);
    expect(certificate).not.toContain('Ada');
    for (const account of [here.account_id!, there.account_id!]) expect(certificate).not.toContain(account);
  });

  /** Every write to the two stores in turn; what a process is told of the last one it does not live to hear. */
  const cuts = Array.from(
    { length: 14 },
    (_, write) => [`before write ${write}`, `after write ${write}`] as const,
  ).flat();
  it.each(cuts)('goes on where it was cut off, and does nothing twice: cut off %s', async (point) => {
    const ada = await under().member();
    await profiled(ada, 'Ada');
    const { id } = await asks(under(), ada);
    under().later(25);
    const { parts } = under();
    let left = Number(point.split(' ').at(-1));
    const unlessCut = async <T>(write: () => Promise<T>): Promise<T> => {
      if (left-- > 0) return write();
      if (left === -1 && point.startsWith('after')) await write();
      throw new Error('the process is killed');
    };
    const dying = {
      ...parts,
      keys: {
        ...parts.keys,
        fence: (holder: string) => unlessCut(() => parts.keys.fence(holder)),
        destroy: (holder: string) => unlessCut(() => parts.keys.destroy(holder)),
      },
      store: {
        ...parts.store,
        execute: ((...args: Parameters<typeof parts.store.execute>) =>
          unlessCut(() => parts.store.execute(...args))) as typeof parts.store.execute,
      },
    };
    await runErasure(dying, id, new AbortController().signal).catch((error: unknown) => {
      expect(String((error as Error).cause ?? error)).toContain('killed');
    });
    expect(await under().run(id)).toBe('over');
    const [first, ...rest] = await typesOf(`erasure-${id}`);
    expect([first, ...rest.filter((type) => type !== 'ErasureStepAcknowledged')]).toEqual([
      ...['ErasureRequested', 'ErasureBegun', 'ErasureKeysDestroyed', 'ErasureCachesEvicted', 'ErasureCertified'],
    ]);
    expect(rest.filter((type) => type === 'ErasureStepAcknowledged')).toHaveLength(4);
    expect(await typesOf(`erased-${ada.user_id}`)).toEqual(['SubjectErased']);
    expect(await under().stores.keys.holders(ada.user_id!)).toEqual([]);
  });

  it('is not certified while a service is away, and says for whom it waits', async () => {
    const ada = await under().member();
    const { id } = await asks(under(), ada);
    under().later(25);
    const away = new Problem(503, 'service-unreachable', 'away');
    under().answers.profile = () => Promise.reject(away);
    under().answers.activity = () => Promise.reject(away);
    await expect(under().run(id)).rejects.toMatchObject({ services: ['profile', 'activity'] });
    const shown = await under().service.call('GET', `/users/data/erasure/${id}`, ada);
    expect(shown.json).toMatchObject({ status: 'erasing', waiting_for: ['profile', 'activity'], certificate: null });
    const asked = await under().service.call('GET', `/users/data/erasure/${id}/certificate`, ada);
    expect(asked).toMatchObject({ status: 409, json: { code: 'erasure-not-certified' } });
    under().answers.profile = async () => ({ avatars: 2 });
    under().answers.activity = async () => ({});
    expect(await under().run(id)).toBe('over');
    expect((await under().stateOf(id)).acknowledged).toMatchObject({ profile: { avatars: 2 }, activity: {} });
  });

  it('asks nobody else before identity, which ends what could make things anew', async () => {
    const ada = await under().member();
    const { id } = await asks(under(), ada);
    under().later(25);
    under().answers.identity = () => Promise.reject(new Problem(503, 'service-unreachable', 'away'));
    await expect(under().run(id)).rejects.toMatchObject({ services: ['identity'] });
    expect(under().asked.filter(({ ask }) => ask.erasure_id === id)).toHaveLength(1);
    under().answers.identity = async () => ({});
    expect(await under().run(id)).toBe('over');
  });
});

describe('an erasure of what an account holds', () => {
  it('leaves what other accounts hold of the same person, and other people of the account', async () => {
    const here = await under().member();
    const there = await under().member('VIEWER', randomUUID(), here.user_id!);
    await profiled(here, 'Ada');
    await profiled(there, 'Ada there');
    const { id } = await asks(under(), here, { scope: 'account' });
    under().later(25);
    expect(await under().run(id)).toBe('over');
    under().stores.store.forget(here.user_id);
    expect([isErased(await nameOf(here)), await nameOf(there)]).toEqual([true, 'Ada there']);
    expect(await typesOf(`erased-${here.user_id}`)).toEqual([]);
    expect(await under().stores.keys.holders(here.user_id!)).toContain(holderOf(here.user_id!, there.account_id));
    const again = await under().service.call('POST', '/users/data/erasure', here, { body: { scope: 'account' } });
    expect(again).toMatchObject({ status: 410, json: { code: 'subject-erased' } });
  });
});

describe('what stands against it when its time has come', () => {
  it('a legal hold holds it, and lets it go on when it is released', async () => {
    const ada = await under().member();
    const { id } = await asks(under(), ada);
    await under().held(ada, true);
    under().later(25);
    expect([await under().run(id), await under().run(id)]).toEqual(['waits', 'waits']);
    const shown = await under().service.call('GET', `/users/data/erasure/${id}`, ada);
    expect(shown.json).toMatchObject({ status: 'held', held: { reason: 'legal-hold', accounts: [ada.account_id] } });
    await under().held(ada, false);
    expect(await under().run(id)).toBe('over');
    expect((await typesOf(`erasure-${id}`)).slice(0, 4)).toEqual([
      ...['ErasureRequested', 'ErasureHeld', 'ErasureResumed', 'ErasureBegun'],
    ]);
  });

  it('nobody left to run an account holds it until somebody is', async () => {
    const ada = await under().member('ADMIN');
    const { id } = await asks(under(), ada);
    const account_id = ada.account_id!;
    const created = { slug: account_id, name: 'x', domain: null, kind: 'team', created_by_id: ada.user_id };
    await under().write(ada, 'account', account_id, [
      { type: 'AccountCreated', data: { ...created, account_id, created_at: new Date().toISOString() } },
    ]);
    const mary = await under().member('VIEWER', account_id);
    under().later(25);
    expect(await under().run(id)).toBe('waits');
    expect((await under().stateOf(id)).held).toMatchObject({ reason: 'last-admin', accounts: [account_id] });
    await under().write(mary, 'account', account_id, [
      { type: 'AccountAdminAdded', data: { account_id, user_id: mary.user_id } },
    ]);
    expect(await under().run(id)).toBe('over');
  });
});

describe('for whom it works', () => {
  const officerAsks = async () => {
    const officer = await under().member('ADMIN');
    const ada = await under().member('VIEWER', officer.account_id!);
    under().officers.add(officer.user_id!);
    return { officer, ada, ...(await asks(under(), officer, { user_id: ada.user_id })) };
  };

  it('rights are looked up when it begins: who has lost them erases nobody', async () => {
    const { officer, id } = await officerAsks();
    under().officers.delete(officer.user_id!);
    under().later(25);
    expect(await under().run(id)).toBe('over');
    expect((await under().stateOf(id)).cancelled).toMatchObject({ reason: 'not-allowed' });
  });

  it('an officer of A, then nobody, then an officer of B: each is written for its own, and nobody for none', async () => {
    const first = await officerAsks();
    const second = await officerAsks();
    under().later(25);
    const forged = await under().member();
    const id = randomUUID();
    const data = { account_id: first.officer.account_id, erasure_id: id, user_id: first.ada.user_id };
    const asked = { scope: 'account', asked_by_id: first.officer.user_id, asked_in: first.officer.account_id };
    const at = new Date().toISOString();
    const rest = { reason: null, receipt_sha256: 'a'.repeat(64), requested_at: at, due_at: at };
    await under().write(forged, 'erasure', id, [{ type: 'ErasureRequested', data: { ...data, ...asked, ...rest } }]);

    expect(await under().run(first.id)).toBe('over');
    await expect(under().run(id)).rejects.toMatchObject({ status: 403, code: 'context-mismatch' });
    expect(await under().run(second.id)).toBe('over');
    expect(await typesOf(`erasure-${id}`)).toEqual(['ErasureRequested']);
    for (const { officer, id: own } of [first, second]) {
      for await (const { type, metadata } of under().stores.store.readStream(`erasure-${own}`, { open: false })) {
        expect(metadata.account_id).toBe(officer.account_id);
        if (type !== 'ErasureRequested') {
          expect(metadata.actor).toMatchObject({ principal: 'svc:erasure', on_behalf_of: officer.user_id });
        }
      }
    }
  });

  it('of a person it may not go on when they have become a member elsewhere as well', async () => {
    const officer = await under().member('ADMIN');
    const ada = await under().member('VIEWER', officer.account_id!);
    under().officers.add(officer.user_id!);
    const { id } = await asks(under(), officer, { user_id: ada.user_id, scope: 'person' });
    await under().member('VIEWER', randomUUID(), ada.user_id!);
    under().later(25);
    expect(await under().run(id)).toBe('over');
    expect((await under().stateOf(id)).cancelled).toMatchObject({ reason: 'member-elsewhere' });
  });

  it('names no account to an officer of another', async () => {
    const officer = await under().member('ADMIN');
    const ada = await under().member('VIEWER', officer.account_id!);
    under().officers.add(officer.user_id!);
    const elsewhere = await under().member('VIEWER', randomUUID(), ada.user_id!);
    const ended = { account_id: elsewhere.account_id, user_id: ada.user_id, reason: 'left' };
    await under().write(elsewhere, 'membership', accountStream(elsewhere.account_id!, ada.user_id!), [
      { type: 'MembershipEnded', data: ended },
    ]);
    const { id } = await asks(under(), officer, { user_id: ada.user_id, scope: 'person' });
    await under().held(elsewhere, true);
    under().later(25);
    expect(await under().run(id)).toBe('waits');
    const shown = await under().service.call('GET', `/users/data/erasure/${id}`, officer);
    expect(shown.json).toMatchObject({ status: 'held', held: { accounts: [] } });
    for await (const { data, metadata } of under().stores.store.readStream(`erasure-${id}`, { open: false })) {
      if (metadata.account_id === officer.account_id) expect(JSON.stringify(data)).not.toContain(elsewhere.account_id);
    }
  });
});
