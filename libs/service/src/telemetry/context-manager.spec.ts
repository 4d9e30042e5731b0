import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { installContextManager } from './context-manager.js';

const key = createContextKey('who');
const who = () => context.active().getValue(key);
const as = (name: string) => ROOT_CONTEXT.setValue(key, name);

beforeAll(() => {
  installContextManager();
  installContextManager();
});

describe('the context of running work', () => {
  it('is nobody’s outside of any', () => {
    expect(who()).toBeUndefined();
  });

  it('follows the work through its waits, and two works keep theirs apart', async () => {
    const work = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return who();
    };
    const both = [context.with(as('ann'), work), context.with(as('ben'), work)];
    expect(await Promise.all(both)).toEqual(['ann', 'ben']);
    expect(who()).toBeUndefined();
  });

  it('can be bound to a function, and to nothing else', () => {
    const greet = context.bind(as('ann'), (greeting: string) => `${greeting} ${String(who())}`);
    expect(greet('hello')).toBe('hello ann');
    const data = { name: 'x' };
    expect(context.bind(as('ann'), data)).toBe(data);
  });

  it('ends when it is switched off', () => {
    context.with(as('ann'), () => {
      context.disable();
      expect(who()).toBeUndefined();
    });
  });
});
