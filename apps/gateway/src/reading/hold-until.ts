import { Writable } from 'node:stream';

/**
 * Takes an answer and passes nothing of it on, not even its head, until a promise resolves. What comes meanwhile is held
 * back: a little is kept, and then the writer is told to wait. Fails as the promise does, with nothing passed on.
 * @param open sends the head and says where the bytes go
 */
export function holdUntil(ready: Promise<void>, open: () => Writable): Writable {
  let sink: Writable | undefined;
  return new Writable({
    decodeStrings: false,
    construct(done) {
      ready
        .then(() => {
          sink = open();
          done();
        })
        .catch(done);
    },
    write(chunk: Buffer | string, encoding, done) {
      const fits = typeof chunk === 'string' ? sink!.write(chunk, encoding) : sink!.write(chunk);
      if (fits || sink!.destroyed) done();
      else sink!.once('drain', done);
    },
    final(done) {
      sink!.end();
      done();
    },
  });
}
