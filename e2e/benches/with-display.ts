import { buildBundles } from '../../scripts/build.ts';
import { ensureDisplay } from '../../scripts/system-packages.ts';

/** Runs work that opens windows: builds once, and starts an Xvfb where there is no display. */
export async function withDisplay<Value>(work: () => Promise<Value>): Promise<Value> {
  await buildBundles();
  const display = await ensureDisplay();
  Object.assign(process.env, display.env, {
    HOLDFAST_WITHOUT_GPU: display.started ? '1' : '0',
  });
  try {
    return await work();
  } finally {
    await display.stop();
    if (display.started) delete process.env['DISPLAY'];
  }
}
