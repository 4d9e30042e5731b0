import { createContextReader } from '@annals/auth';
import { createLetters, type Letters } from '../contract/letters.js';
import { silent } from '../logger.js';
import { topicOwner, verify } from './verify.js';

const topic = 'test.things.v1';

/** What becomes of a letter on the topic, read by somebody who knows the keys of all. */
async function judged(writer: Letters, others: Letters[]): Promise<string> {
  const letter = await writer.write(topic, 'key', {});
  const reader = createContextReader({ jwks: { keys: [writer, ...others].map(({ publicJwk }) => publicJwk) } });
  const verdict = await verify(reader, { ...letter, topic, partition: 0, offset: 0n, attempt: 1 }, silent);
  return verdict.kind === 'refused' ? verdict.reason : `heard ${String(verdict.context.principal)}`;
}

describe('a service on the bus', () => {
  it('is heard on its own topics', async () => expect(await judged(await createLetters(), [])).toBe('heard svc:test'));

  it('is not heard on another’s, although its signature holds', async () =>
    expect(await judged(await createLetters('svc:other'), [await createLetters()])).toBe('topic-of-another'));

  it('speaks for itself alone: not in the name of whose topic it is', async () =>
    expect(await judged(await createLetters('svc:other', 'svc:test'), [])).toBe('message-context-mismatch'));

  it('owns the topics that begin with its name', () =>
    expect(['export.jobs.v1', 'identity.events.v1'].map(topicOwner)).toEqual(['svc:export', 'svc:identity']));
});
