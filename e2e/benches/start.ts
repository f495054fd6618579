import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openJournal } from '../../main/journal/journal.ts';
import { openViews } from '../../main/views/views.ts';
import { figure, median, type Figure } from '../../scripts/benches/figure.ts';
import { syntheticDrafts } from '../../scripts/benches/synthetic-facts.ts';
import { prepareRun } from '../../scripts/electron.ts';
import { sealFact } from '../../shared/facts/fact.ts';
import { launchDesktop, scratchProfile } from '../harness/app.ts';
import { withDisplay } from './with-display.ts';

const FACTS = 100_000;
const ROUNDS = 5;

/**
 * From the start of the process to the painted map, with 100,000 facts in the journal and no
 * network; the peer is a window of the same Electron that shows one word.
 */
export function start(): Promise<Figure[]> {
  return withDisplay(async () => {
    const profile = scratchProfile();
    try {
      fill(profile.folder);
      const ours: number[] = [];
      const peers: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        ours.push(await desktopStart(profile.folder));
        peers.push(await minimalStart(join(profile.folder, 'minimal')));
      }
      const peer = { name: 'minimal Electron window', value: median(peers) };
      return [figure('start', median(ours), 'ms to the painted map, 100,000 facts', peer)];
    } finally {
      profile.remove();
    }
  });
}

function fill(profile: string): void {
  const folder = join(profile, 'rooms', 'live');
  const journal = openJournal({ folder });
  const facts = [...syntheticDrafts(FACTS, Date.now() - FACTS * 200)].map((draft) =>
    sealFact(draft),
  );
  for (let at = 0; at < facts.length; at += 1_000) {
    journal.appendForeign(facts.slice(at, at + 1_000), Date.now());
  }
  const views = openViews(folder, journal);
  while (views.catchUp(1_000).more);
  views.close();
  journal.close();
}

async function desktopStart(profile: string): Promise<number> {
  const began = Date.now();
  const desktop = await launchDesktop({ profile });
  const painted = await desktop.page.waitForFunction(() => {
    const canvas = document.querySelector<HTMLElement>('[data-testid="map-canvas"]');
    return Number(canvas?.dataset['nodeCount']) > 0 ? Number(canvas?.dataset['paintedAt']) : null;
  });
  const at = Number(await painted.jsonValue());
  await desktop.close();
  return at - began;
}

async function minimalStart(folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"minimal","main":"main.cjs"}');
  writeFileSync(
    join(folder, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron');
     void app.whenReady().then(async () => {
       const window = new BrowserWindow({});
       await window.loadURL('data:text/html,<p>window</p>');
       console.log(await window.webContents.executeJavaScript(
         'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(Date.now()))))'));
     });`,
  );
  const run = await prepareRun(folder, { withoutGpu: process.env['HOLDFAST_WITHOUT_GPU'] === '1' });
  const began = Date.now();
  const child = spawn(run.executable, run.args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  await run.dispose();
  return Number(line) - began;
}
