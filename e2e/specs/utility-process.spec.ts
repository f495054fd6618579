import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { portConformance } from '../../main/ipc/port-conformance.ts';
import { projectFolder } from '../../scripts/cache.ts';
import { prepareRun } from '../../scripts/electron.ts';
import { expect, test } from '../harness/story.ts';

test('I3 every law of the ports holds over a real utility process with a core that opens no database', async ({
  profile,
}) => {
  const folder = join(profile, 'conformance');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'package.json'),
    '{"name":"conformance","type":"module","main":"main.js"}',
  );
  await build({
    configFile: false,
    logLevel: 'error',
    root: projectFolder,
    ssr: { noExternal: true, external: ['electron'] },
    build: {
      ssr: 'main/shell/conformance-app.ts',
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { output: { format: 'es', entryFileNames: 'main.js' } },
    },
  });
  const run = await prepareRun(folder, { withoutGpu: process.env['HOLDFAST_WITHOUT_GPU'] === '1' });
  try {
    const { stdout } = await promisify(execFile)(run.executable, run.args, {
      timeout: 60_000,
      env: {
        ...process.env,
        ...run.env,
        HOLDFAST_CONFORMANCE: JSON.stringify([
          join(projectFolder, 'out', 'main', 'core.js'),
          profile,
          join(projectFolder, 'resources'),
        ]),
      },
    });
    const laws = stdout
      .split('\n')
      .filter((line) => line.startsWith('law '))
      .map((line) => JSON.parse(line.slice(4)) as { name: string; failure: string | null });
    expect(laws).toEqual(portConformance.map(({ name }) => ({ name, failure: null })));
  } finally {
    await run.dispose();
  }
});
