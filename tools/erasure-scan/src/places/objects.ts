import { ObjectNotFound, openObjects, readObjectsUrl } from '@annals/objects';
import type { Needle } from '../needles.js';
import type { Report } from '../report.js';
import { formsIn, formsInStream } from '../search.js';

/** Kinds of objects, which begin their names. */
const kinds = ['avatars', 'evidence', 'exports', 'imports', 'rounds'];

/** Every object of a store, as it lies there: what is sealed is looked at sealed. */
export async function scanObjects(url: string, needles: readonly Needle[], report: Report): Promise<void> {
  const objects = openObjects(readObjectsUrl(url));
  try {
    for (const kind of kinds) {
      for await (const name of objects.list(kind)) {
        const where = `object ${name}`;
        const named = formsIn(needles, Buffer.from(name));
        if (named.length > 0) report.found(`the name of an object of ${kind}`, named);
        try {
          const forms = await formsInStream(needles, objects.read(name), (bytes) => report.looked(where, bytes));
          if (forms.length > 0) report.found(where, forms);
        } catch (error) {
          if (!(error instanceof ObjectNotFound)) report.blind(where, error);
        }
      }
    }
    report.looked('object store', 0);
  } catch (error) {
    report.blind('object store', error);
  } finally {
    objects.close();
  }
}
