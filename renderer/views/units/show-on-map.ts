import { showMap } from '../../room/links.ts';

export function showUnit(name: string): void {
  showMap(`by=unit&unit=${encodeURIComponent(name)}`);
}

export function showBlast(kind: 'unit' | 'shard', value: string): void {
  showMap(`by=unit&blast=${kind}&of=${encodeURIComponent(value)}`);
}
