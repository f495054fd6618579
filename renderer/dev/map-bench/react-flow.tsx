import '@xyflow/react/dist/style.css';
import { ReactFlow, type Edge, type Node, type ReactFlowInstance } from '@xyflow/react';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { COLORS, type StartPeer } from './peer.ts';

/** React Flow, drawing only what is in sight. */
export const start: StartPeer = async (container, graph) => {
  const nodeOf = (index: number, color: string): Node => ({
    id: graph.names[index] ?? '',
    position: { x: graph.x[index] ?? 0, y: graph.y[index] ?? 0 },
    data: { label: graph.names[index] },
    style: { background: color, width: 100, fontSize: 10 },
    width: 100,
    height: 30,
  });
  const first = graph.names.map((_, index) =>
    nodeOf(index, COLORS[graph.conditions[index] ?? 'healthy']),
  );
  const edges: Edge[] = [];
  for (let place = 0; place < graph.ends.length; place += 2) {
    edges.push({
      id: String(place),
      source: graph.names[graph.ends[place] ?? 0] ?? '',
      target: graph.names[graph.ends[place + 1] ?? 0] ?? '',
    });
  }
  let setNodes: (change: (nodes: Node[]) => Node[]) => void = () => {};
  const instance = await new Promise<ReactFlowInstance>((resolve) => {
    function Flow() {
      const [nodes, set] = useState(first);
      useEffect(() => {
        setNodes = set;
      }, []);
      return (
        <ReactFlow
          nodes={nodes}
          edges={edges}
          fitView
          minZoom={0.01}
          onlyRenderVisibleElements
          nodesDraggable={false}
          onInit={resolve}
        />
      );
    }
    createRoot(container).render(<Flow />);
  });
  return {
    pan(dx, dy) {
      const { x, y, zoom } = instance.getViewport();
      void instance.setViewport({ x: x + dx, y: y + dy, zoom });
    },
    change(changes) {
      const colors = new Map(changes.map(([node, condition]) => [node, COLORS[condition]]));
      setNodes((nodes) =>
        nodes.map((node, index) => {
          const color = colors.get(index);
          return color === undefined ? node : nodeOf(index, color);
        }),
      );
    },
  };
};
