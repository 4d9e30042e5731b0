import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  status,
  type ServerDuplexStream,
  type ServerWritableStream,
  type ServiceDefinition,
  type handleUnaryCall,
} from '@grpc/grpc-js';

/** A relay between the client and a node that breaks in chosen ways, for specs. Passes messages on as bytes. */
export interface FaultyRelay {
  readonly url: string;
  /** Calls open now. */
  open(kind: 'read' | 'append'): number;
  /** Calls that were ever made. */
  made(kind: 'read' | 'append'): number;
  /** Ends the open calls of a kind without an error, as a server does that goes away politely. */
  endCleanly(kind: 'read' | 'append'): void;
  /** Ends them with UNAVAILABLE, as a server does that dies. */
  fail(kind: 'read' | 'append'): void;
  /** Passes no answers on while true; with `drop` they are lost, else kept for later. */
  silence(kind: 'read' | 'append', silent: boolean, drop?: boolean): void;
  /** Loses every answer of the calls that are open now; those made later are answered. */
  deafen(kind: 'read' | 'append'): void;
  /** How many answers a kind of call holds back now. */
  held(kind: 'read' | 'append'): number;
  stop(): void;
}

type Kind = 'read' | 'append';
type Downstream = ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

const same = (bytes: Buffer): Buffer => bytes;
const streams = '/event_store.client.streams.Streams';
const features = '/event_store.client.server_features.ServerFeatures/GetSupportedMethods';
const method = (path: string, requestStream: boolean, responseStream: boolean) => ({
  path,
  requestStream,
  responseStream,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
});
const service: ServiceDefinition = {
  read: method(`${streams}/Read`, false, true),
  batchAppend: method(`${streams}/BatchAppend`, true, true),
  features: method(features, false, false),
};

export async function startFaultyRelay(nodePort: number, port = 0): Promise<FaultyRelay> {
  const node = new Client(`127.0.0.1:${nodePort}`, credentials.createInsecure());
  const sides = { read: side(), append: side() };
  const answers = (kind: Kind, call: Downstream, upstream: NodeJS.ReadableStream & { cancel(): void }): void => {
    const { deliver, opened, closed, ended } = sides[kind];
    opened(call);
    upstream.on('data', (message: Buffer) => deliver(call, message));
    upstream.on('end', () => ended(call));
    upstream.on('error', (error: Error) => call.destroy(error));
    call.on('close', () => closed(call));
    call.on('cancelled', () => {
      closed(call);
      upstream.cancel();
    });
  };
  const server = new Server();
  server.addService(service, {
    read: (call: ServerWritableStream<Buffer, Buffer>) =>
      answers('read', call, node.makeServerStreamRequest(`${streams}/Read`, same, same, call.request)),
    batchAppend: (call: ServerDuplexStream<Buffer, Buffer>) => {
      const upstream = node.makeBidiStreamRequest(`${streams}/BatchAppend`, same, same);
      answers('append', call, upstream);
      call.on('data', (message: Buffer) => upstream.write(message));
      call.on('end', () => upstream.end());
    },
    features: ((call, answer) => node.makeUnaryRequest(features, same, same, call.request, answer)) as handleUnaryCall<
      Buffer,
      Buffer
    >,
  });
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, at) =>
      error ? reject(error) : resolve(at),
    ),
  );
  return {
    url: `esdb://127.0.0.1:${bound}?tls=false`,
    open: (kind) => sides[kind].calls.size,
    made: (kind) => sides[kind].made(),
    endCleanly: (kind) => sides[kind].calls.forEach((call) => call.end()),
    fail: (kind) =>
      sides[kind].calls.forEach((call) => call.emit('error', { code: status.UNAVAILABLE, details: 'the relay broke' })),
    silence: (kind, silent, drop) => sides[kind].silence(silent, drop),
    deafen: (kind) => sides[kind].deafen(),
    held: (kind) => sides[kind].held(),
    stop: () => {
      server.forceShutdown();
      node.close();
    },
  };
}

function side() {
  const calls = new Set<Downstream>();
  const deaf = new WeakSet<Downstream>();
  let made = 0;
  let mode: 'pass' | 'hold' | 'drop' = 'pass';
  let kept: (() => void)[] = [];
  let dropped = 0;
  return {
    calls,
    made: () => made,
    held: () => kept.length + dropped,
    opened: (call: Downstream) => {
      made += 1;
      calls.add(call);
    },
    closed: (call: Downstream) => void calls.delete(call),
    deliver: (call: Downstream, message: Buffer) => {
      if (deaf.has(call)) return;
      if (mode === 'pass') call.write(message);
      else if (mode === 'hold') kept.push(() => call.write(message));
      else dropped += 1;
    },
    ended: (call: Downstream) => {
      if (deaf.has(call)) return;
      if (mode === 'pass') call.end();
      else if (mode === 'hold') kept.push(() => call.end());
    },
    deafen: () => calls.forEach((call) => deaf.add(call)),
    silence: (silent: boolean, drop = false) => {
      mode = silent ? (drop ? 'drop' : 'hold') : 'pass';
      if (silent) return;
      kept.forEach((write) => write());
      kept = [];
      dropped = 0;
    },
  };
}
