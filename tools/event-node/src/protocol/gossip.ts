import { randomUUID } from 'node:crypto';
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import { stringUuid } from './uuid.js';

const instanceId = randomUUID();

/** A cluster of one: whoever discovers finds this node, and finds it leading. */
export const clusterInfo = (endpoint: { address: string; port: number }): ClusterInfo =>
  new ClusterInfo().setMembersList([
    new MemberInfo()
      .setInstanceId(stringUuid(instanceId))
      .setTimeStamp((BigInt(Date.now()) * 10_000n).toString())
      .setState(MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new EndPoint().setAddress(endpoint.address).setPort(endpoint.port)),
  ]);
