import {
  blastRadius,
  buildStrengthGraph,
  STRENGTH_ORDER,
} from '../../shared/graph/blast-radius.ts';
import type { UnitRules } from '../../shared/facts/units.ts';
import { seededRandom } from '../../shared/kit/random.ts';
import { placesOf } from '../../shared/units/place.ts';
import { cpuSeconds, figure, median, type Figure } from './figure.ts';
import { layeredGraph } from './layout.ts';

const ROUNDS = 5;
const SERVICES = 10_000;
const IDS = 1_000_000;

/** Whom the loss of the busiest of 10,000 services hits, with a thousand of the ways. */
export async function blast(): Promise<Figure[]> {
  const { nodes, calls } = layeredGraph(SERVICES, SERVICES * 3);
  const random = seededRandom(5);
  const strong = calls.map((call) => ({
    ...call,
    strength: STRENGTH_ORDER[Math.floor(random() ** 2 * 3)] ?? 'sync',
  }));
  const names = nodes.map(({ name }) => name);
  const building: number[] = [];
  const asking: number[] = [];
  let hit = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    let graph = buildStrengthGraph([], []);
    building.push(
      (await cpuSeconds(() => void (graph = buildStrengthGraph(names, strong)))) * 1_000,
    );
    const seconds = await cpuSeconds(() => {
      const { hits } = blastRadius(graph, [`service-${SERVICES - 1}`]);
      for (const one of hits.slice(0, 1_000)) one.path();
      hit = hits.length;
    });
    asking.push(seconds * 1_000);
  }
  return [
    figure('blast', median(asking), `CPU ms, ${hit} of 10,000 services hit (limit 50)`),
    figure('blast-graph', median(building), 'CPU ms, once for each change of the graph'),
  ];
}

/** From ids to their units, in one thread; its peer only hashes the ids into a map. */
export async function route(): Promise<Figure[]> {
  const rules: UnitRules = {
    origin: '',
    shardCount: 100,
    shardFunction: 'last-digits',
    units: Array.from({ length: 20 }, (_, index) => ({
      name: `RZ${String(index).padStart(2, '0')}`,
      shards: [[index * 5, index * 5 + 4]],
      cells: [{ name: `RZ${index}A`, centre: 'a', city: 'b', weight: 100 }],
      drState: 'normal',
      sameCity: null,
      remote: null,
    })),
    replicas: [],
    leases: [{ shards: [3, 7], to: 'RZ19', startsAt: 10, endsAt: 20 }],
  };
  const places = placesOf(rules);
  const ids = Array.from(
    { length: IDS },
    (_, index) => `20881021462${String(index * 7).padStart(8, '0')}`,
  );
  const rates: number[] = [];
  let found = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    found = 0;
    const seconds = await cpuSeconds(() => {
      for (const id of ids) if (places.route(id, 15)?.unit != null) found += 1;
    });
    rates.push(IDS / seconds);
  }
  if (found !== IDS) throw new Error(`only ${found} ids found their unit`);
  return [figure('route', median(rates), 'ids routed per CPU second (goal 1,000,000)')];
}
