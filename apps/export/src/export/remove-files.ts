import type { Objects } from '@annals/objects';
import { documentName } from '../document/sealed-document.js';
import { stagingPrefix } from '../document/staged.js';

/** Removes everything that lies anywhere of an export: its document, and parts that wait for it. Again does no harm. */
export async function removeFiles(objects: Objects, accountId: string, exportId: string): Promise<void> {
  await objects.remove(documentName(accountId, exportId));
  await objects.removeAll(stagingPrefix(accountId, exportId));
}
