import { formatVerifier, verifierOf, type NoteSigner } from '@annals/ledger';
import { openObjects, provisionObjects, type Objects, type ObjectsPlace } from '@annals/objects';
import { type Logger, processMetrics } from '@annals/service';
import { auditLog } from '../audit/projection.js';
import { type Part } from '../part.js';
import { auditConsistency } from '../proof/audit-consistency.js';
import { auditProof } from '../proof/audit-proof.js';
import { exportAuditLog } from '../proof/export-audit-log.js';
import { listCheckpoints } from '../proof/list-checkpoints.js';
import { keepSigning, type Signing } from './keep-signing.js';
import { checkpointMigrations } from './tables.js';
import { wantedRounds } from './wanted-rounds.js';

/** Signs where the audit logs stand, keeps a second copy elsewhere, and proves entries by it. */
export const checkpointPart: Part = {
  migrations: checkpointMigrations,
  async open({ config, pool, backgroundPool, store, logger, ...ground }) {
    const signer: NoteSigner = { name: config.AUDIT_ORIGIN, privateKey: config.AUDIT_SIGNING_KEY };
    const secondPlace = await openSecondPlace(config.AUDIT_WITNESS_URL, logger);
    const signing = keepSigning({
      ...{ pool: backgroundPool, signer, secondPlace, logger },
      caughtUp: () => ground.runner(auditLog).caughtUp(),
    });
    const rounds = wantedRounds(pool);
    const proofs = { pool, store, rounds, verifier: formatVerifier(verifierOf(signer)) };
    countRounds(signing);
    return {
      routes: [auditProof(proofs), listCheckpoints(proofs), auditConsistency(proofs), exportAuditLog(proofs)],
      readiness: {
        'audit checkpoints': async () => {
          const refusal = signing.refusal();
          if (refusal) throw refusal;
        },
      },
      async stop() {
        await rounds.stop();
        await signing.stop();
        secondPlace.close();
      },
    };
  },
};

/** A second place that is away does not keep the service from starting. */
async function openSecondPlace(place: ObjectsPlace, logger: Logger): Promise<Objects> {
  if (place.kind === 'folder') {
    await provisionObjects(place).catch((error: unknown) =>
      logger.warn({ dependency: 'second place', error }, 'the second place of signed rounds does not answer'),
    );
  }
  return openObjects(place);
}

function countRounds(signing: Signing): void {
  processMetrics.gauge(
    'annals_audit_signing_refused',
    '1 while audit checkpoints are not signed because the logs do not continue what was signed',
    [],
    (gauge) => gauge.set(signing.refusal() ? 1 : 0),
  );
  processMetrics.gauge(
    'annals_audit_rounds_unwitnessed',
    'Signed rounds that are not in the second place yet',
    [],
    (gauge) => gauge.set(signing.unwitnessed()),
  );
}
