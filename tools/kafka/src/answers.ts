import { connect } from 'node:net';

/** Metadata, version 4: https://kafka.apache.org/protocol.html#The_Messages_Metadata */
const metadataRequest = Buffer.concat([
  Buffer.from([0, 3, 0, 4]), // api key, version
  Buffer.from([0, 0, 0, 1]), // correlation id
  Buffer.from([0xff, 0xff]), // no client id
  Buffer.from([0, 0, 0, 0, 0]), // no topics, no auto creation
]);
const framed = Buffer.concat([Buffer.from([0, 0, 0, metadataRequest.length]), metadataRequest]);
// Length, correlation id, throttle time; then the number of brokers.
const brokerCountAt = 12;

/** Asks a broker which brokers it knows. True when the cluster has at least one that serves clients; false when it is not there (yet). */
export function answers(port: number, timeoutMs = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(framed));
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= brokerCountAt + 4) finish(received.readInt32BE(brokerCountAt) > 0);
    });
  });
}
