import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const path = (name: string): string => join(import.meta.dirname, name);

// The oldest runtime that this must run on is the test vehicle, Electron 33 (Node 20.18,
// Chromium 130); electron-vite would guess the targets from the installed package.
const nodeTarget = 'node20.18';
const chromeTarget = 'chrome130';

export default defineConfig({
  main: {
    build: {
      outDir: path('out/main'),
      target: nodeTarget,
      minify: false,
      // Everything is bundled but the native binding: what is not bundled must be packaged.
      externalizeDeps: { include: ['better-sqlite3'] },
      rolldownOptions: {
        input: { main: path('main/shell/main.ts'), core: path('main/core-process.ts') },
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
        },
      },
    },
  },
  preload: {
    build: {
      outDir: path('out/preload'),
      target: nodeTarget,
      minify: false,
      // A sandboxed preload script can require nothing but electron.
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: path('main/shell/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: path('renderer'),
    plugins: [react()],
    worker: { format: 'es' },
    build: {
      outDir: path('out/renderer'),
      emptyOutDir: true,
      target: chromeTarget,
      minify: 'oxc',
      // Read from the disk, never over a network: one file is as good as many.
      chunkSizeWarningLimit: 4_000,
      // The content security policy allows no data: for scripts, styles and fonts.
      assetsInlineLimit: 0,
      rolldownOptions: { input: path('renderer/index.html') },
    },
  },
});
