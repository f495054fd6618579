import { foldGraph } from '../../../shared/graph/folded-graph.ts';
import { layOut } from '../../../shared/graph/layout.ts';
import type { NodeRow } from '../../../shared/ipc/rows.ts';
import '../../theme/tokens.css';
import { applyTheme, canvasTokens } from '../../theme/tokens.ts';
import { NO_FILTER } from '../../views/map/map-query.ts';
import { buildGeometry, buildScene, type Scene } from '../../views/map/scene.ts';
import { createStage } from '../../views/map/stage.ts';
import type { StartPeer } from './peer.ts';

/** Our map without the application around it: from rows to pixels. */
export const start: StartPeer = (parent, graph) => {
  applyTheme('dark');
  const canvas = document.createElement('canvas');
  parent.append(canvas);
  const stage = createStage(canvas, {
    onHover() {},
    onSelect() {},
    onOpen() {},
    onMark() {},
    onMove() {},
    onView() {},
  });
  if (stage === null) throw new Error('no canvas');
  const rows = new Map<string, NodeRow>();
  graph.names.forEach((name, index) => {
    rows.set(name, rowOf(name, graph.conditions[index] ?? 'healthy'));
  });
  const calls = [];
  for (let place = 0; place < graph.ends.length; place += 2) {
    calls.push({
      from: graph.names[graph.ends[place] ?? 0] ?? '',
      to: graph.names[graph.ends[place + 1] ?? 0] ?? '',
      strength: 'sync' as const,
    });
  }
  const folded = foldGraph(
    graph.names.map((name) => ({ name, group: null })),
    calls,
    new Set(),
  );
  const layout = layOut({
    nodes: graph.names.map((name, index) => ({ name, group: `zone-${index % 3}` })),
    calls,
  });
  const geometry = buildGeometry(layout, folded, null);
  let scene: Scene | null = null;
  const show = (): void => {
    scene = buildScene(
      { geometry, rowOf: (name) => rows.get(name), filter: NO_FILTER, focus: null, showWeak: true },
      scene,
    );
    stage.setScene(scene);
  };
  stage.setTokens(canvasTokens());
  stage.setWords({
    noGroup: 'none',
    services: (count) => `${count} services`,
    title: (node) => geometry.layout.names[node] ?? '',
    status: (node) => scene?.rows[node]?.condition ?? '',
    traffic: () => '',
  });
  show();
  stage.resize({ width: parent.clientWidth, height: parent.clientHeight }, 1);
  stage.fit(false);
  return {
    surface: window.__holdfastMap?.surface ?? '',
    pan: (dx, dy) => stage.pan(dx, dy),
    change(changes) {
      for (const [node, condition] of changes) {
        const name = graph.names[node] ?? '';
        rows.set(name, rowOf(name, condition));
      }
      show();
    },
  };
};

function rowOf(name: string, condition: NodeRow['condition']): NodeRow {
  return {
    key: `node:${name}`,
    name,
    kind: 'service',
    unit: null,
    cell: null,
    zone: null,
    city: null,
    owner: null,
    tags: {},
    declared: true,
    condition,
    lastSeverity: null,
    firing: condition === 'critical' ? 1 : 0,
    unknown: 0,
    asOf: null,
    sources: [],
    disputes: [],
    unlistedSince: null,
  };
}
