import { type ServerWritableStream } from '@grpc/grpc-js';
import { type ReadReq } from '@eventstore/db-client/generated/streams_pb';

export type ReadCall = ServerWritableStream<ReadReq, Buffer>;

/** The sending side of a read. */
export interface Outlet {
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  /** Resolves when there is room for more: a slow reader holds its own read up and nobody's memory. */
  send(message: Buffer): Promise<void> | undefined;
}

export function outletOf(call: ReadCall): Outlet {
  const gone = new AbortController();
  const leave = () => {
    // With a reason of our own, no exception is made for each read that ends.
    gone.abort('gone');
  };
  call.on('cancelled', leave);
  call.on('close', leave);
  call.on('error', leave);

  const room = () =>
    new Promise<void>((resolve) => {
      const done = () => {
        call.off('drain', done);
        gone.signal.removeEventListener('abort', done);
        resolve();
      };
      call.on('drain', done);
      gone.signal.addEventListener('abort', done);
    });

  return {
    signal: gone.signal,
    send: (message) => {
      if (gone.signal.aborted || call.write(message)) return undefined;
      return room();
    },
  };
}
