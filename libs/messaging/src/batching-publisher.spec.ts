import { createBatchingPublisher } from './batching-publisher.js';
import { type OutMsg } from './bus.js';
import { gate, message, numbered } from './contract/fixture.js';

describe('createBatchingPublisher', () => {
  const published = (messages: readonly OutMsg[]) =>
    messages.map((_, index) => ({ partition: 0, offset: BigInt(index) }));

  it('sends one batch at a time and puts together what waited meanwhile, per topic and in order', async () => {
    const sends: string[] = [];
    const first = gate();
    const publisher = createBatchingPublisher(async (topic, messages) => {
      sends.push(`${topic}:${messages.map(({ value }) => Buffer.from(value).toString()).join()}`);
      if (sends.length === 1) await first.opened;
      return published(messages);
    });
    const all = [
      publisher.publish('a', numbered(1)),
      publisher.publish('a', numbered(2, 7, 1)),
      publisher.publish('a', numbered(1, 7, 3)),
      publisher.publish('b', numbered(1, 7, 4)),
      publisher.publish('a', numbered(1, 7, 5)),
    ];
    first.open();
    await Promise.all(all);
    expect(sends).toEqual(['a:0', 'a:1,2,3', 'b:4', 'a:5']);
  });

  it('fails those whose batch failed, and goes on with the others', async () => {
    const publisher = createBatchingPublisher(async (topic, messages) => {
      if (topic === 'bad') throw new Error('no such thing');
      return published(messages);
    });
    const bad = publisher.publish('bad', numbered(2));
    const good = publisher.publish('good', numbered(2));
    await expect(bad).rejects.toThrow('no such thing');
    expect(await good).toHaveLength(2);
  });

  it('refuses more than it can hold, and accepts again when there is room', async () => {
    const hold = gate();
    const publisher = createBatchingPublisher(async (_, messages) => {
      await hold.opened;
      return published(messages);
    });
    const accepted = Array.from({ length: 20 }, () => publisher.publish('t', numbered(500)));
    const overflow = [publisher.publish('t', numbered(500)), publisher.publish('t', numbered(500))];
    await expect(Promise.all(overflow)).rejects.toMatchObject({ code: 'bus-full' });
    hold.open();
    await Promise.all(accepted);
    expect(await publisher.publish('t', [message('key')])).toHaveLength(1);
  });

  it('finishes what it accepted before it closes, and refuses the rest', async () => {
    const hold = gate();
    let sent = 0;
    const publisher = createBatchingPublisher(async (_, messages) => {
      await hold.opened;
      sent += messages.length;
      return published(messages);
    });
    const accepted = publisher.publish('t', numbered(3));
    const closed = publisher.close();
    await expect(publisher.publish('t', numbered(1))).rejects.toMatchObject({ code: 'bus-closed' });
    hold.open();
    await Promise.all([accepted, closed]);
    expect(sent).toBe(3);
  });
});
