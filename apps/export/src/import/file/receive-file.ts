import {
  importDataRoute,
  ImportForm,
  ImportMapping,
  fieldProblems,
  Problem,
  type CurrentUserContext,
} from '@annals/contracts';
import { receiveFile, type RouteRequest } from '@annals/service';
import { pipeline } from 'node:stream';
import { sealDocument, type DocumentStore, type Measured } from '../../document/sealed-document.js';
import { requireMayImport } from '../may-import.js';
import { mappedType } from '../reading/columns.js';
import { onlyIf } from '../reading/sniff.js';
import { placeOf, type ImportFile } from './import-file.js';

/** What was asked, and what the file came to. */
export interface Received {
  form: ImportForm;
  mapping: ImportMapping | null;
  measured: Measured;
}

type Asked = Pick<RouteRequest, 'raw' | 'commandHash' | 'hashOf'> & { context: CurrentUserContext };

/**
 * Takes in a file as it comes, sealed with the key of whoever sends it: nothing of it ever lies anywhere in clear.
 * @param note called before the first byte is put anywhere
 * @throws Problem as `receiveFile`, `onlyIf`, `mappingOf` and `requireMayImport` do. Bytes that were stored by then stay
 */
export function receiveImport(
  store: DocumentStore,
  request: Asked,
  file: ImportFile,
  note: () => Promise<void>,
): Promise<Received> {
  return receiveFile(request, importDataRoute.definition.upload, async (content, { fields }) => {
    const form = ImportForm.parse(fields);
    requireMayImport(form.kind, request.context);
    const mapping = mappingOf(form);
    await note();
    const sound = pipeline(content, onlyIf(form.format), () => undefined);
    return { form, mapping, measured: await sealDocument(store, placeOf(file), sound) };
  });
}

/** @throws Problem 422 `mapping-invalid`, with a problem for each thing that is wrong, `target-unknown` */
export function mappingOf({ mapping, kind }: ImportForm): ImportMapping | null {
  if (mapping === undefined) return null;
  const result = ImportMapping.safeParse(parsed(mapping));
  if (!result.success) {
    const fields = fieldProblems(result.error).map((field) => ({ ...field, path: `mapping.${field.path}` }));
    throw new Problem(422, 'mapping-invalid', 'The mapping does not hold what it should', { fields });
  }
  for (const target of Object.keys(result.data.columns)) mappedType(kind, target);
  return result.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Problem(422, 'mapping-invalid', 'The mapping is not JSON');
  }
}
