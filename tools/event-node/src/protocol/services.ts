import {
  type handleUnaryCall,
  type sendUnaryData,
  type Server,
  type ServerReadableStream,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { OperationsService } from '@eventstore/db-client/generated/operations_grpc_pb';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  type AppendReq,
  type AppendResp,
  type DeleteReq,
  type DeleteResp,
  type TombstoneReq,
  type TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb';
import { type EventLog } from '../log/event-log.js';
import { append } from './append.js';
import { batchAppend } from './batch-append.js';
import { softDelete, tombstone } from './delete.js';
import { callError } from './errors.js';
import { supportedMethods } from './features.js';
import { clusterInfo } from './gossip.js';
import { scavengeStarter } from './operations.js';
import { outletOf, type ReadCall } from './outlet.js';
import { read } from './read.js';
import { readRequest } from './read-request.js';
import { subscribe } from './subscribe.js';

const unary =
  <Q, R>(handle: (request: Q) => Promise<R>): handleUnaryCall<Q, R> =>
  (call, callback) => {
    handle(call.request).then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback(callError(error));
      },
    );
  };

// Reads hand over finished bytes, so that events need not pass through the generated classes.
const streams: ServiceDefinition = {
  ...StreamsService,
  read: { ...StreamsService.read, responseSerialize: (message: Buffer) => message },
};

/** Adds everything the node answers. What is not here answers UNIMPLEMENTED by itself. */
export function addServices(server: Server, log: EventLog, endpoint: () => { address: string; port: number }): void {
  server.addService(streams, {
    read: (call: ReadCall) => {
      answerRead(log, call).then(
        () => call.end(),
        (error: unknown) => call.emit('error', callError(error)),
      );
    },
    append: (call: ServerReadableStream<AppendReq, AppendResp>, callback: sendUnaryData<AppendResp>) => {
      append(log, call).then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(callError(error));
        },
      );
    },
    batchAppend: (call: Parameters<typeof batchAppend>[1]) => {
      batchAppend(log, call);
    },
    delete: unary<DeleteReq, DeleteResp>((request) => softDelete(log, request)),
    tombstone: unary<TombstoneReq, TombstoneResp>((request) => tombstone(log, request)),
  });
  server.addService(ServerFeaturesService, {
    getSupportedMethods: unary(async () => supportedMethods()),
  });
  const startScavenge = scavengeStarter(log);
  server.addService(OperationsService, { startScavenge: unary(() => startScavenge()) });
  server.addService(GossipService, { read: unary(async () => clusterInfo(endpoint())) });
}

async function answerRead(log: EventLog, call: ReadCall): Promise<void> {
  const request = readRequest(call.request);
  const outlet = outletOf(call);
  await (request.count === undefined ? subscribe(log, request, outlet) : read(log, request, outlet));
}
