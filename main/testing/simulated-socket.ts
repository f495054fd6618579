import { EventEmitter } from 'node:events';
import { seededRandom, type Random } from '../../shared/kit/random.ts';

/**
 * The parts of Socket.IO that the feed uses, on both sides, over a network of this process that a
 * test may break in every way: for virtual time, where nothing may wait for a real socket. The
 * order of events, the reasons and the ways back are those of Socket.IO 4.8. Only tests import this.
 */
export interface Weather {
  /** How long a message is under way (ms), from and to. */
  readonly delayMs: readonly [number, number];
  /** Chance (0…1) that a message overtakes others, comes twice, or never. */
  readonly reorder: number;
  readonly duplicate: number;
  readonly lose: number;
}

export const FAIR: Weather = { delayMs: [1, 5], reorder: 0, duplicate: 0, lose: 0 };

/** What a test may hear of everything that is said. */
export interface Ear {
  /** A message leaves one side. */
  said?(by: 'desk' | 'gateway', line: Line, event: string, message: unknown): void;
  /** An answer leaves the side that was asked. */
  answered?(
    by: 'desk' | 'gateway',
    line: Line,
    event: string,
    asked: unknown,
    answer: unknown,
  ): void;
  /** An answer reaches the side that asked. */
  heardAnswer?(
    by: 'desk' | 'gateway',
    line: Line,
    event: string,
    asked: unknown,
    answer: unknown,
  ): void;
}

/** One connection. */
export interface Line {
  readonly number: number;
  /** Which desk: the token that it shows. */
  readonly token: string;
  readonly host: string;
}

interface Wire extends Line {
  /** Neither side gets anything any more, and neither is told. */
  dead: boolean;
  open: boolean;
  readonly client: ClientSocket;
  server: ServerSocket | null;
  readonly lastDue: { toDesk: number; toGateway: number };
}

type Message = { event: string; body: unknown; answer: ((reply: unknown) => void) | null };
type Ack = (error: Error | null, answer?: unknown) => void;

/** The engine gives a silent peer so long (ms). */
const PING_MS: readonly [number, number] = [10_000, 20_000];
const RECONNECT_MS = 300;
const RECONNECT_MAX_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;

let random: Random = seededRandom(1);
let weather: Weather = FAIR;
let ear: Ear = {};
let lineNumber = 0;
let stalledUntil = 0;
const servers = new Map<string, SimulatedServer>();
const unreachable = new Map<string, 'refused' | 'black-hole'>();
const wires = new Set<Wire>();

/** The network as a whole. */
export const network = {
  /** A new one, with nobody in it. */
  begin(seed: number, listener: Ear = {}): void {
    random = seededRandom(seed);
    weather = FAIR;
    ear = listener;
    lineNumber = 0;
    stalledUntil = 0;
    servers.clear();
    unreachable.clear();
    wires.clear();
  },
  set(next: Weather): void {
    weather = next;
  },
  /** Nothing moves for so long, and nothing is lost. */
  stall(forMs: number): void {
    stalledUntil = Math.max(stalledUntil, Date.now() + forMs);
  },
  reachability(host: string, how: 'reachable' | 'refused' | 'black-hole'): void {
    if (how === 'reachable') unreachable.delete(host);
    else unreachable.set(host, how);
  },
  /** Ends connections: both sides hear of it soon; what is under way is lost. */
  drop(token: string): void {
    for (const wire of wiresOf(token)) {
      kill(wire);
      setTimeout(() => wire.client.lost(wire, 'transport close'), pick(0, 50));
      setTimeout(() => wire.server?.gone('transport close'), pick(0, 50));
    }
  },
  /** Connections stay open and carry nothing: each side finds out by its own patience. */
  halfOpen(token: string): void {
    for (const wire of wiresOf(token)) {
      wire.dead = true;
      setTimeout(() => wire.client.lost(wire, 'ping timeout'), pick(...PING_MS));
      setTimeout(() => wire.server?.gone('ping timeout'), pick(...PING_MS));
    }
  },
  /** A desk's process ends: the gateway hears of it, or finds out (`silently`). */
  deskEnds(token: string, silently: boolean): void {
    for (const wire of wiresOf(token)) {
      kill(wire);
      const [from, to] = silently ? PING_MS : [0, 50];
      setTimeout(() => wire.server?.gone('transport close'), pick(from, to));
    }
  },
  /** A gateway's process ends: its desks hear of it, or find out (`silently`). */
  gatewayEnds(host: string, silently: boolean): void {
    servers.delete(host);
    for (const wire of [...wires].filter((one) => one.host === host)) {
      kill(wire);
      wire.server?.gone('server shutting down');
      const [from, to] = silently ? PING_MS : [0, 50];
      setTimeout(() => wire.client.lost(wire, 'transport close'), pick(from, to));
    }
  },
  open: (): number => [...wires].filter((wire) => wire.open && !wire.dead).length,
};

function wiresOf(token: string): Wire[] {
  return [...wires].filter((wire) => wire.token === token && wire.open);
}

function kill(wire: Wire): void {
  wire.open = false;
  wires.delete(wire);
}

function pick(from: number, to: number): number {
  return from + random() * (to - from);
}

/** Brings something across, unless the network thinks otherwise; in order, unless it does. */
function carry(wire: Wire, to: 'toDesk' | 'toGateway', deliver: () => void, exempt = false): void {
  if (!wire.open || wire.dead) return;
  const faults = exempt ? FAIR : weather;
  if (random() < faults.lose) return;
  const copies = random() < faults.duplicate ? 2 : 1;
  for (let copy = 0; copy < copies; copy += 1) {
    let due = Date.now() + pick(...weather.delayMs);
    if (random() < faults.reorder) due += pick(0, 800);
    else {
      due = Math.max(due, wire.lastDue[to]);
      wire.lastDue[to] = due;
    }
    const arrive = (): void => {
      if (!wire.open || wire.dead) return;
      if (stalledUntil > Date.now()) setTimeout(arrive, stalledUntil - Date.now());
      else deliver();
    };
    setTimeout(arrive, due - Date.now());
  }
}

function copyOf<Value>(value: Value): Value {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value);
}

/** Answers at most once, over the way back. */
function answerOver(
  wire: Wire,
  by: 'desk' | 'gateway',
  event: string,
  asked: unknown,
  settle: (reply: unknown) => void,
): (reply: unknown) => void {
  let given = false;
  return (reply) => {
    if (given) return;
    given = true;
    ear.answered?.(by, wire, event, asked, reply);
    const copy = copyOf(reply);
    carry(wire, by === 'desk' ? 'toGateway' : 'toDesk', () => {
      // Who has left the line meanwhile hears nothing on it.
      if (by === 'gateway' && !wire.client.isOn(wire)) return;
      ear.heardAnswer?.(by === 'desk' ? 'gateway' : 'desk', wire, event, asked, copy);
      settle(copy);
    });
  };
}

/** An acknowledgement that comes once: the answer, or an error when it takes too long. */
function patient(forMs: number, done: Ack): { settle: Ack; forget: () => void } {
  let over = false;
  const settle: Ack = (error, answer) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    if (error === null) done(null, answer);
    else done(error);
  };
  const timer = setTimeout(() => settle(new Error('operation has timed out')), forMs);
  return { settle, forget: () => clearTimeout(timer) };
}

interface Patient {
  emit(event: string, body: unknown, done: Ack): void;
  emitWithAck(event: string, body: unknown): Promise<unknown>;
}

function patientOver(
  forMs: number,
  send: (event: string, body: unknown, settle: Ack) => void,
): Patient {
  const emit: Patient['emit'] = (event, body, done) => {
    send(event, body, patient(forMs, done).settle);
  };
  return {
    emit,
    emitWithAck: (event, body) =>
      new Promise((resolve, reject) => {
        emit(event, body, (error, answer) => (error ? reject(error) : resolve(answer)));
      }),
  };
}

/** The client's socket, with what socket.io-client calls a manager below it. */
class ClientSocket {
  connected = false;
  /** The socket comes back by itself. */
  active = false;
  private readonly events = new EventEmitter();
  private readonly host: string;
  private readonly token: string;
  private wire: Wire | null = null;
  private readonly waiting = new Set<Ack>();
  private buffer: { message: Message; settle: Ack | null }[] = [];
  private retry: NodeJS.Timeout | null = null;
  private attempts = 0;

  constructor(address: string, options: { auth?: { token?: string } }) {
    this.host = new URL(address).host;
    this.token = options.auth?.token ?? '';
  }

  on(event: string, listener: (...given: unknown[]) => void): this {
    this.events.on(event, listener);
    return this;
  }

  removeAllListeners(): this {
    this.events.removeAllListeners();
    return this;
  }

  connect(): this {
    if (this.connected || this.wire !== null || this.retry !== null) return this;
    this.active = true;
    this.open();
    return this;
  }

  disconnect(): this {
    const wasConnected = this.connected;
    const { wire } = this;
    this.active = false;
    this.attempts = 0;
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
    if (wire !== null) {
      // What was sent before this still arrives; then the gateway hears of the end.
      const hear = (): void => {
        kill(wire);
        wire.server?.gone('client namespace disconnect');
      };
      carry(wire, 'toGateway', hear, true);
    }
    this.detach();
    if (wasConnected) this.events.emit('disconnect', 'io client disconnect');
    return this;
  }

  close(): this {
    return this.disconnect();
  }

  emit(event: string, body: unknown): this {
    this.send(event, body, null);
    return this;
  }

  timeout(forMs: number): Patient {
    return patientOver(forMs, (event, body, settle) => this.send(event, body, settle));
  }

  private send(event: string, body: unknown, settle: Ack | null): void {
    const message: Message = { event, body: copyOf(body), answer: null };
    if (settle !== null) this.waiting.add(settle);
    if (this.connected) this.transmit(message, settle);
    else this.buffer.push({ message, settle });
  }

  private transmit(message: Message, settle: Ack | null): void {
    const { wire } = this;
    if (wire === null) return;
    const { event, body } = message;
    ear.said?.('desk', wire, event, body);
    const answer =
      settle === null
        ? null
        : answerOver(wire, 'gateway', event, body, (reply) => {
            this.waiting.delete(settle);
            settle(null, reply);
          });
    carry(wire, 'toGateway', () => wire.server?.take({ event, body, answer }), event === 'hello');
  }

  private open(): void {
    const how = unreachable.get(this.host) ?? (servers.has(this.host) ? null : 'refused');
    if (how !== null) {
      const [after, reason] =
        how === 'refused' ? [pick(1, 20), 'websocket error'] : [CONNECT_TIMEOUT_MS, 'timeout'];
      this.retry = setTimeout(() => {
        this.retry = null;
        this.again(new Error(reason));
      }, after);
      return;
    }
    lineNumber += 1;
    const wire: Wire = {
      number: lineNumber,
      token: this.token,
      host: this.host,
      dead: false,
      open: true,
      client: this,
      server: null,
      lastDue: { toDesk: 0, toGateway: 0 },
    };
    wires.add(wire);
    this.wire = wire;
    carry(wire, 'toGateway', () => servers.get(this.host)?.admit(wire), true);
    // A line that died before it was made is given up.
    setTimeout(() => {
      if (this.wire !== wire || this.connected) return;
      kill(wire);
      this.detach();
      this.again(new Error('timeout'));
    }, CONNECT_TIMEOUT_MS);
  }

  private again(error: Error): void {
    if (!this.active) return;
    this.wire = null;
    this.scheduleRetry();
    this.events.emit('connect_error', error);
  }

  private scheduleRetry(): void {
    const delay = Math.min(RECONNECT_MAX_MS, RECONNECT_MS * 2 ** this.attempts);
    this.attempts += 1;
    this.retry = setTimeout(
      () => {
        this.retry = null;
        this.open();
      },
      delay * pick(0.5, 1.5),
    );
  }

  private detach(): void {
    this.connected = false;
    this.wire = null;
    const waiting = [...this.waiting].filter(
      (settle) => !this.buffer.some((kept) => kept.settle === settle),
    );
    for (const settle of waiting) {
      this.waiting.delete(settle);
      settle(new Error('socket has been disconnected'));
    }
  }

  /** The line is gone and the client hears of it. */
  lost(wire: Wire, reason: string): void {
    kill(wire);
    if (this.wire !== wire) return;
    this.detach();
    if (!this.active) return;
    this.scheduleRetry();
    this.events.emit('disconnect', reason);
  }

  isOn(wire: Wire): boolean {
    return this.wire === wire && this.connected;
  }

  admitted(wire: Wire): void {
    if (this.wire !== wire || this.connected) return;
    this.connected = true;
    this.attempts = 0;
    const kept = this.buffer;
    this.buffer = [];
    this.events.emit('connect');
    for (const { message, settle } of kept) this.transmit(message, settle);
  }

  refused(wire: Wire, error: Error): void {
    if (this.wire !== wire) return;
    kill(wire);
    this.detach();
    this.active = false;
    this.events.emit('connect_error', error);
  }

  take(wire: Wire, { event, body, answer }: Message): void {
    if (this.isOn(wire)) {
      this.events.emit(event, body, ...(answer === null ? [] : [answer]));
    }
  }
}

/** The server's end of one connection. */
class ServerSocket {
  connected = true;
  data: unknown = {};
  readonly id: string;
  readonly handshake: { auth: Record<string, unknown> };
  readonly conn = { close: () => this.shut() };
  private readonly events = new EventEmitter();
  private readonly wire: Wire;

  constructor(wire: Wire) {
    this.wire = wire;
    this.id = `line-${wire.number}`;
    this.handshake = { auth: { token: wire.token } };
  }

  on(event: string, listener: (...given: unknown[]) => void): this {
    this.events.on(event, listener);
    return this;
  }

  emit(event: string, body: unknown): boolean {
    this.send(event, body, null);
    return true;
  }

  timeout(forMs: number): Patient {
    return patientOver(forMs, (event, body, settle) => this.send(event, body, settle));
  }

  disconnect(): this {
    this.shut();
    return this;
  }

  private send(event: string, body: unknown, settle: Ack | null): void {
    if (!this.connected) return;
    const { wire } = this;
    const copy = copyOf(body);
    ear.said?.('gateway', wire, event, copy);
    const answer =
      settle === null
        ? null
        : answerOver(wire, 'desk', event, copy, (reply) => {
            if (this.connected) settle(null, reply);
          });
    carry(wire, 'toDesk', () => wire.client.take(wire, { event, body: copy, answer }));
  }

  /** What was sent goes out first, then the line ends. */
  private shut(): void {
    if (!this.connected) return;
    const { wire } = this;
    carry(wire, 'toDesk', () => wire.client.lost(wire, 'transport close'), true);
    setTimeout(() => this.gone('forced close'), 1);
  }

  take({ event, body, answer }: Message): void {
    if (!this.connected) return;
    this.events.emit(event, body, ...(answer === null ? [] : [answer]));
  }

  gone(reason: string): void {
    if (!this.connected) return;
    this.connected = false;
    this.events.emit('disconnect', reason);
  }
}

type Middleware = (socket: ServerSocket, next: (error?: Error) => void) => void;

class SimulatedServer {
  readonly engine = { close: () => undefined };
  private readonly host: string;
  private readonly middlewares: Middleware[] = [];
  private readonly listeners: ((socket: ServerSocket) => void)[] = [];

  /** @param server any object with the host's name in `host`: nobody listens on a real port */
  constructor(server: { host: string }) {
    this.host = server.host;
    servers.set(this.host, this);
  }

  of(): {
    use: (run: Middleware) => void;
    on: (event: string, listener: (socket: ServerSocket) => void) => void;
  } {
    return {
      use: (run) => void this.middlewares.push(run),
      on: (event, listener) => {
        if (event === 'connection') this.listeners.push(listener);
      },
    };
  }

  admit(wire: Wire): void {
    if (wire.server !== null) return;
    const socket = new ServerSocket(wire);
    for (const run of this.middlewares) {
      let refusal: Error | undefined;
      run(socket, (error) => (refusal = error));
      if (refusal !== undefined) {
        const error = refusal;
        carry(wire, 'toDesk', () => wire.client.refused(wire, error), true);
        return;
      }
    }
    wire.server = socket;
    carry(wire, 'toDesk', () => wire.client.admitted(wire), true);
    for (const listener of this.listeners) listener(socket);
  }
}

/** In place of 'socket.io-client'. */
export const clientModule = {
  io: (address: string, options: { auth?: { token?: string } } = {}): ClientSocket =>
    new ClientSocket(address, options),
};

/** In place of 'socket.io'. */
export const serverModule = { Server: SimulatedServer };
