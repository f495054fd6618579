import { loadavg } from 'node:os';
import { ingest } from '../../scripts/benches/ingest.ts';
import { map } from './map.ts';
import { postToPixels } from './post-to-pixels.ts';
import { layout } from '../../scripts/benches/layout.ts';
import { ingestFts, search } from '../../scripts/benches/search.ts';
import { groups, shake } from '../../scripts/benches/noise.ts';
import { socket } from '../../scripts/benches/socket.ts';
import { blast, route } from '../../scripts/benches/units.ts';
import { backfill, histogram, moment, upserts } from '../../scripts/benches/views.ts';
import { timeline } from './timeline.ts';
import { startWithMillion } from './start-core.ts';
import { start } from './start.ts';
import type { Figure } from '../../scripts/benches/figure.ts';

/**
 * `npm run -s bench -- [name…]`: one JSON line per figure. Ratios compare with a named peer in the
 * same run; absolute times are medians, and the machine's load stands beside them on stderr.
 */
const benches: Record<string, () => Promise<Figure[]>> = {
  ingest,
  'ingest-fts': ingestFts,
  search,
  histogram,
  moment,
  upserts,
  backfill,
  'start-1m': startWithMillion,
  socket,
  layout,
  blast,
  route,
  map,
  timeline,
  shake,
  groups,
  'post-to-pixels': postToPixels,
  start,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exitCode = 2;
} else {
  for (const [name, run] of Object.entries(benches)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    console.error(
      `${name}: load ${loadavg()
        .map((load) => load.toFixed(2))
        .join(' ')}`,
    );
    for (const figure of await run()) console.log(JSON.stringify(figure));
  }
}
