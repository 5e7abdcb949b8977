// npm run telemetry-docs: writes docs/telemetry.md from docs/telemetry/*.yaml.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderDocs } from './render-docs.ts';
import { DOCS, readSchema } from './schema.ts';

writeFileSync(join(DOCS, 'telemetry.md'), renderDocs(readSchema()));
