/** Bundles main process, core, preload and renderer into `out/`. */
export async function buildBundles(): Promise<void> {
  const { build } = await import('electron-vite');
  await build({ mode: 'production', logLevel: 'warn' });
}
