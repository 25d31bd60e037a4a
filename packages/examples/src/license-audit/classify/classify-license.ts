// Says which licenses a package's license files hold, by their text alone.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { handles, type Delivery, type Handler } from '@acktor/worker';
import { noteDelivery } from '../fleet/messages.js';
import { classifyLicense } from '../jobs.js';
import { categoryOf, licensesIn } from './license-texts.js';

@handles(classifyLicense)
export class ClassifyLicense implements Handler<typeof classifyLicense> {
  async handle(delivery: Delivery<typeof classifyLicense>) {
    noteDelivery(delivery);
    const { project, path, licenseFiles } = delivery.data;
    const texts = await Promise.all(licenseFiles.map((file) => readFile(join(project, path, file), 'utf8')));
    const licenses = [...new Set(texts.flatMap(licensesIn))].sort();
    return { licenses, category: categoryOf(licenses) };
  }
}
