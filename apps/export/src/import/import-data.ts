import { importDataRoute, Problem } from '@annals/contracts';
import { derivedId, uuidv7 } from '@annals/event-store';
import { mount, written, type MountedRoute } from '@annals/service';
import { dropFile, noteFile, type ImportFile } from './file/import-file.js';
import { receiveImport } from './file/receive-file.js';
import { importAggregate, importId } from './import-aggregate.js';
import { operationOf } from './import.js';
import { known, requestImport, type RequestImportCommand } from './request-import.js';
import { whose, type ImportParts } from './routes.js';

/**
 * POST /users/data/import. The file lies in place before the fact is written; one that came to be no fact is removed at
 * once, or by the sweeper when this process falls in between.
 */
export const importData = ({ store, pool, keys, objects, room }: ImportParts): MountedRoute =>
  mount(importDataRoute, async (request) => {
    const { context, commandId, now } = request;
    const { accountId, userId } = whose(context);
    const id = derivedId(commandId, 'import');
    const file: ImportFile = { fileId: uuidv7(), importId: id, accountId, userId };
    try {
      const received = await receiveImport({ objects, keys }, request, file, () => noteFile(pool, file, room, now));
      const { form, mapping, measured } = received;
      const command: RequestImportCommand = {
        ...{
          account_id: accountId,
          import_id: id,
          user_id: userId,
          kind: form.kind,
          format: form.format,
          mapping,
          now,
        },
        ...{ csv_safe: form.csv_safe === 'true', dry_run: form.dry_run === 'true', on_error: form.on_error },
        ...{ notify: form.notify === 'true', overwrite: form.overwrite === 'true', file_id: file.fileId, ...measured },
      };
      const outcome = await store.execute(importAggregate, importId(accountId, id), {
        ...{ id: commandId, hash: request.commandHash, context, now },
        decide: (state) => requestImport(command, state),
      });
      if (outcome.kind !== 'appended') await dropFile({ objects }, pool, file);
      const reply = written(outcome, (state) => operationOf(known(state, userId), now), 202);
      return { ...reply, headers: { location: `/api/v1/users/data/import/${id}` } };
    } catch (error) {
      // Whatever is no refusal may have come after the fact: then the sweeper looks, and not this.
      if (error instanceof Problem && error.status < 500) await dropFile({ objects }, pool, file);
      throw error;
    }
  });
