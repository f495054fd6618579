import { layOut } from '../../shared/graph/layout.ts';
import { seededRandom } from '../../shared/kit/random.ts';
import { cpuSeconds, figure, median, type Figure } from './figure.ts';

const ROUNDS = 5;

/** The map's layout from nothing: CPU for 5,000 services with 15,000 calls, and for four times that. */
export async function layout(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const services of [5_000, 20_000]) {
    const graph = layeredGraph(services, services * 3);
    const spent: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      spent.push((await cpuSeconds(() => void layOut(graph))) * 1_000);
    }
    figures.push(figure(`layout-${services}`, median(spent), 'CPU ms'));
  }
  return figures;
}

/** Calls that mostly lead downwards, with a few cycles, over three groups. */
export function layeredGraph(services: number, calls: number): Parameters<typeof layOut>[0] {
  const random = seededRandom(11);
  const name = (index: number): string => `service-${index}`;
  return {
    nodes: Array.from({ length: services }, (_, index) => ({
      name: name(index),
      group: `az-${index % 3}`,
    })),
    calls: Array.from({ length: calls }, () => {
      const from = Math.floor(random() * services);
      const reach = 1 + Math.floor(random() * 200);
      const to = random() < 0.02 ? from - reach : from + reach;
      return { from: name(from), to: name(Math.min(services - 1, Math.max(0, to))) };
    }),
  };
}
