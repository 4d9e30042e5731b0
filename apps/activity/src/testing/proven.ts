import { type Checkpoint, type CurrentUserContext, type ProfileEvent } from '@annals/contracts';
import { headLeaf, includes, openNote, parseRound, parseVerifier, type Round } from '@annals/ledger';
import { type Answered, until } from '@annals/testing';
import { type ActivityUnderTest } from './activity-service.js';

/** One entry in the account's log. @returns the position to wait for */
export function renamed(under: ActivityUnderTest, who: CurrentUserContext, name: string): Promise<string> {
  const { account_id, user_id } = who;
  const data = { account_id, user_id, updated_at: '2026-03-01T12:00:00.000Z', name };
  const event = { type: 'ProfileUpdated', data } as ProfileEvent;
  return under.happened(who, 'profile', `${account_id}_${user_id}`, [event]);
}

/** Within this no round is signed that nobody asked for. */
const askedAgainMs = 40_000;

/** What stands on a signed round, asked for again where the answer says that it is for later. */
export async function onceSigned(ask: () => Promise<Answered>): Promise<Answered> {
  let answer: Answered | undefined;
  await until(
    'a round is signed',
    async () => {
      answer = await ask();
      return answer.json.code !== 'not-yet-signed';
    },
    askedAgainMs,
  );
  return answer!;
}

export const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
export const headOf = ({ head }: Checkpoint) => ({ ...head, root: bytes(head.root) });

/** The round of a checkpoint, verified by somebody who has nothing but the answer and the key. */
export function verifiedRound(checkpoint: Checkpoint, verifier: string): Round {
  const round = parseRound(openNote(checkpoint.note, [parseVerifier(verifier)])!)!;
  const path = checkpoint.path.map(bytes);
  const leaf = headLeaf(headOf(checkpoint));
  expect(includes({ leaf, index: checkpoint.place, size: round.logs, root: round.root, path })).toBe(true);
  expect([round.round, round.time]).toEqual([checkpoint.round, checkpoint.signed_at]);
  return round;
}
