import { connectBus, type BusConfig } from '../connect-bus.js';
import { type SubscribeOptions } from '../bus.js';

/**
 * A process to be killed: handles the first batch, commits it, then hangs in the second with heartbeats, holding its
 * partitions until it is killed. Tells on standard output what it was handed.
 */
async function main(config: BusConfig, options: Pick<SubscribeOptions, 'group' | 'topics' | 'sessionTimeoutMs'>) {
  let batches = 0;
  await connectBus(config).subscribe({
    ...options,
    from: 'earliest',
    maxBatch: 5,
    async onBatch(batch, { heartbeat }) {
      console.log(JSON.stringify(batch.map(({ value }) => Buffer.from(value).toString())));
      if (++batches === 1) return;
      for (;;) {
        await heartbeat();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  });
}

const [config, options] = process.argv.slice(2) as [string, string];
void main(JSON.parse(config) as BusConfig, JSON.parse(options) as SubscribeOptions);
