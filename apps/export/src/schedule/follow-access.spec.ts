import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import { allEvents, type CurrentUserContext } from '@annals/contracts';
import { derivedId, type StoredEvent, uuidv7 } from '@annals/event-store';
import type { VerifiedMessage } from '@annals/messaging';
import { type ProjectionRunner, runProjection, withTransaction } from '@annals/postgres';
import { requestContext, signedIn, testStores } from '@annals/testing';
import { runningSchedules } from '../views/schedules/schedules.projection.js';
import { createSchedule } from './create-schedule.js';
import { endSchedulesOfAccess } from './follow-access.js';
import { scheduleSets, schedulesId } from './schedules.js';

const stores = testStores({ service: 'export', events: allEvents, projections: [runningSchedules] });
let view: ProjectionRunner;
beforeAll(async () => {
  view = runProjection({ projection: runningSchedules, pool: stores().database.pool, store: stores().store });
  // Who is told waits some seconds for a view that runs, not for one that is only being started.
  await view.caughtUp();
});
afterAll(() => view.stop());

async function scheduled(who: CurrentUserContext, now = new Date().toISOString()): Promise<void> {
  const { account_id, user_id } = who as { account_id: string; user_id: string };
  const wish = { cron: '0 9 * * *', time_zone: 'UTC', formats: ['json' as const], scope: 'self' as const };
  await stores().store.execute(scheduleSets, schedulesId(account_id, user_id), {
    ...{ id: uuidv7(), context: who, now },
    decide: (state) => createSchedule({ ...wish, account_id, user_id, schedule_id: randomUUID(), now }, state),
  });
}
const endsOf = async (who: CurrentUserContext) => {
  const found: StoredEvent[] = [];
  const stream = `exportschedule-${schedulesId(who.account_id!, who.user_id!)}`;
  for await (const event of stores().store.readStream(stream)) {
    if (event.type === 'ExportScheduleEnded') found.push(event);
  }
  return found;
};
/** Identity tells it, as the bus hands it over: verified, on behalf of who did it. */
async function told(
  type: string,
  data: object,
  accountId: string | null,
  by: string,
  id = randomUUID(),
): Promise<void> {
  const message = { id, type: `identity.${type}.v1`, data } as VerifiedMessage;
  const context = {
    ...serviceIdentity('svc:identity', { accountId, userId: by }),
    ...requestContext({ timestamp: new Date().toISOString() }),
  };
  const handle = endSchedulesOfAccess({ store: stores().store, view, now: () => new Date() });
  await withTransaction(stores().database.pool, (tx) => handle(message, context, tx));
}

describe('the schedules of somebody who leaves', () => {
  it('end with the reason, once, and those of others and elsewhere go on', async () => {
    const ada = signedIn();
    const others = [signedIn('VIEWER', { account_id: ada.account_id }), signedIn('VIEWER', { user_id: ada.user_id })];
    for (const who of [ada, ada, ...others]) await scheduled(who);
    const [id, admin] = [randomUUID(), randomUUID()];
    const data = { account_id: ada.account_id, user_id: ada.user_id, reason: 'removed' };
    for (let n = 0; n < 2; n++) await told('membership_ended', data, ada.account_id, admin, id);
    const ends = await endsOf(ada);
    expect(ends.map(({ data: { reason } }) => reason)).toEqual(['membership-ended', 'membership-ended']);
    expect(ends[0]!.metadata).toMatchObject({
      ...{ account_id: ada.account_id, command_id: derivedId(id, `${ada.account_id} ${ada.user_id}`) },
      actor: { kind: 'service', principal: 'svc:export', on_behalf_of: admin },
    });
    for (const who of others) expect(await endsOf(who)).toEqual([]);
  });

  it.each([
    ['user_disabled', 'user-disabled'],
    ['user_deleted', 'user-deleted'],
  ])('end everywhere when identity tells %s, and no account learns who did it in another', async (type, reason) => {
    const here = signedIn();
    const there = signedIn('VIEWER', { user_id: here.user_id });
    for (const who of [here, there]) await scheduled(who);
    const admin = randomUUID();
    await told(type, { user_id: here.user_id }, here.account_id, admin);
    expect((await endsOf(here))[0]).toMatchObject({ data: { reason }, metadata: { actor: { on_behalf_of: admin } } });
    expect((await endsOf(there))[0]).toMatchObject({
      ...{ data: { reason }, metadata: { account_id: there.account_id, actor: { on_behalf_of: here.user_id } } },
    });
  });

  it('end for everybody in an account that is closed', async () => {
    const ada = signedIn();
    const ben = signedIn('VIEWER', { account_id: ada.account_id });
    for (const who of [ada, ben]) await scheduled(who);
    await told('account_closed', { account_id: ada.account_id }, ada.account_id, randomUUID());
    for (const who of [ada, ben]) expect((await endsOf(who))[0]?.data.reason).toBe('account-closed');
  });

  it('go on when they are of later than that, and when it is nothing that ends anything', async () => {
    const ada = signedIn();
    await scheduled(ada, new Date(Date.now() + 60_000).toISOString());
    const data = { account_id: ada.account_id, user_id: ada.user_id };
    await told('membership_ended', data, ada.account_id, randomUUID());
    await told('membership_granted', data, ada.account_id, randomUUID());
    expect(await endsOf(ada)).toEqual([]);
  });

  it('wait for the view that finds them', async () => {
    const ada = signedIn();
    const slow = endSchedulesOfAccess({
      ...{ store: stores().store, now: () => new Date(), patienceMs: 1 },
      view: { caughtUp: () => new Promise<void>(() => undefined) },
    });
    const context = { ...serviceIdentity('svc:identity', { accountId: ada.account_id }), ...requestContext() };
    const data = { account_id: ada.account_id, user_id: ada.user_id };
    const message = { id: randomUUID(), type: 'identity.membership_ended.v1', data } as unknown as VerifiedMessage;
    const handled = withTransaction(stores().database.pool, (tx) => slow(message, context, tx));
    await expect(handled).rejects.toMatchObject({ code: 'bus-unavailable' });
  });
});
