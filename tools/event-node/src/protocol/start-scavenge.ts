import { credentials } from '@grpc/grpc-js';
import { OperationsClient } from '@eventstore/db-client/generated/operations_grpc_pb';
import { StartScavengeReq } from '@eventstore/db-client/generated/operations_pb';

/** Asks the node at a connection string to scavenge, which the official client cannot. Answers the scavenge's id; `$scavenges-<id>` tells its end. */
export function startScavenge(url: string): Promise<string> {
  const operations = new OperationsClient(new URL(url).host, credentials.createInsecure());
  const request = new StartScavengeReq().setOptions(new StartScavengeReq.Options().setThreadCount(1));
  return new Promise((resolve, reject) => {
    operations.startScavenge(request, (error, response) => {
      operations.close();
      if (error) reject(error);
      else resolve(response.getScavengeId());
    });
  });
}
