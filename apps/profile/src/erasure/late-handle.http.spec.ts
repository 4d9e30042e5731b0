import { createPool, projectionSchema, withTransaction } from '@annals/postgres';
import { signedIn, until } from '@annals/testing';
import { ownerOf } from '../owner.js';
import { testProfileService } from '../testing/profile-service.js';
import { handleHolders, handlesOf } from '../views/handle-holders/projection.js';

const service = testProfileService();

/** Keeps the view of who holds which handle from being written. @returns what ends that */
async function heldUp(): Promise<() => Promise<void>> {
  const { superuserUrl } = service().stores.database;
  const pool = createPool({ url: superuserUrl, applicationName: 'test held up', max: 1 });
  const begun = Promise.withResolvers<void>();
  const going = Promise.withResolvers<void>();
  const held = withTransaction(pool, async (tx) => {
    await tx.query(`lock table ${projectionSchema(handleHolders)}.claims in exclusive mode`);
    begun.resolve();
    await going.promise;
  });
  await Promise.race([begun.promise, held]);
  return async () => {
    going.resolve();
    await held;
    await pool.end();
  };
}

describe('somebody who is erased a moment after they took a handle', () => {
  it('holds it no more, though the view of it was the last to hear of it', async () => {
    const who = signedIn();
    const colleague = signedIn('VIEWER', { account_id: who.account_id });
    await service().join(who);
    await service().followed();
    // They too free what nobody has any more.
    await service().stopReactors();
    const goOn = await heldUp();
    const taken = await service().call('PATCH', '/users/profile', who, { body: { handle: 'late' } });
    expect(taken.status).toBe(200);
    const erasing = service().erase(ownerOf(who));
    await until('the other views know that they are erased', async () => {
      const { status } = await service().call('GET', `/users/${who.user_id}/profile`, colleague);
      return status === 404;
    });
    await goOn();
    expect(await erasing).toMatchObject({ handles: 1 });
    expect(await handlesOf(service().parts.pool, ownerOf(who))).toEqual([]);
    const next = await service().call('PATCH', '/users/profile', colleague, { body: { handle: 'late' } });
    expect(next.status).toBe(200);
  });
});
