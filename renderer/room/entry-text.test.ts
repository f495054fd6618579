import { afterEach, describe, expect, test } from 'vitest';
import { catalogue, isPeopleKind, type FactKind } from '../../shared/facts/catalogue.ts';
import type { TimelineEntry } from '../../shared/ipc/contract.ts';
import { i18n, text, type Translate } from '../i18n/text.ts';
import { entryText, iconOf, isBackDated, lagOf, severityOf, toneOf } from './entry-text.ts';

const t: Translate = text;
const AT = Date.UTC(2026, 2, 1, 14, 32);
const author = { person: 'Maya', replica: 'r', counter: 1, hlc: '0' };
const DIGEST = 'a'.repeat(64);

const alert = {
  fingerprint: '0123456789abcdef',
  name: 'ErrorRateHigh',
  severity: 'critical',
  service: 'checkout',
  labels: { alertname: 'ErrorRateHigh' },
  annotations: { summary: 'Error rate above 5 %' },
  startsAt: AT,
};
const incident = {
  title: 'Checkout fails',
  severity: 'SEV-1',
  commander: 'Maya',
  services: ['checkout'],
};

const plan = {
  catalogue: DIGEST,
  entry: 'restart-service',
  title: 'Restart a service',
  does: 'Restarts it.',
  parameters: { service: 'ledger' },
  effect: 'changes',
  approvals: 1,
  call: {
    kind: 'command',
    executable: '/usr/bin/systemctl',
    sha256: null,
    argv: ['restart', '--', 'ledger'],
    environment: [],
    workingFolder: '/',
  },
  timeoutMs: 30_000,
  outputBytes: 1_000,
  dryRun: null,
  verify: null,
  wayBack: null,
};
const result = {
  outcome: 'exited',
  code: 0,
  signal: null,
  reason: '',
  output: 'done',
  outputBytes: 4,
  outputSha256: null,
  isCut: false,
  lastedMs: 12,
};

/** One body of every kind, and what its line must say in English and in Chinese. */
const CASES: Record<
  FactKind,
  { body: TimelineEntry['body']; en: readonly string[]; zh: readonly string[] }
> = {
  'alert.fired': {
    body: alert,
    en: ['Fired', 'ErrorRateHigh', 'Error rate above 5 %', 'checkout'],
    zh: ['告警触发', 'ErrorRateHigh', 'Error rate above 5 %'],
  },
  'alert.resolved': {
    body: { ...alert, endsAt: AT + 9 * 60_000 },
    en: ['Resolved', 'ErrorRateHigh', 'after 9 min'],
    zh: ['告警恢复', '持续 9 分钟'],
  },
  'alert.acknowledged': {
    body: { comment: 'on it' },
    en: ['Acknowledged', 'ErrorRateHigh', 'on it', 'Maya'],
    zh: ['确认告警', 'ErrorRateHigh', 'on it'],
  },
  'alert.unacknowledged': {
    body: {},
    en: ['Ack withdrawn', 'ErrorRateHigh'],
    zh: ['撤销确认', 'ErrorRateHigh'],
  },
  'node.declared': {
    body: { name: 'ledger', kind: 'service' },
    en: ['Service', 'ledger'],
    zh: ['服务', 'ledger'],
  },
  'node.retired': {
    body: { name: 'ledger' },
    en: ['Service retired', 'ledger'],
    zh: ['服务下线', 'ledger'],
  },
  'edge.declared': {
    body: { from: 'checkout', to: 'ledger', strength: 'sync' },
    en: ['Call', 'checkout → ledger'],
    zh: ['调用关系', 'checkout → ledger'],
  },
  'edge.retired': {
    body: { from: 'checkout', to: 'ledger' },
    en: ['Call retired', 'checkout → ledger'],
    zh: ['调用移除', 'checkout → ledger'],
  },
  'change.reported': {
    body: {
      changeId: 'c-1',
      title: 'ledger 2.3',
      kind: 'deploy',
      status: 'rolled-back',
      services: ['ledger'],
      by: 'bot',
    },
    en: ['Change', 'ledger 2.3', 'Deployment rolled back, by bot', 'ledger'],
    zh: ['变更', 'ledger 2.3', '发布已回滚，操作人 bot'],
  },
  'source.heard': {
    body: { speaks: 'alertmanager', intervalMs: 60_000 },
    en: ['Source heard', 'alertmanager:main'],
    zh: ['数据源心跳', 'alertmanager:main'],
  },
  'source.problem': {
    body: { place: 'alerts[3]', reason: 'no labels', excerpt: '{' },
    en: ['Quarantine', 'alerts[3]: no labels'],
    zh: ['隔离', 'alerts[3]：no labels'],
  },
  'alert.suppressed': {
    body: {
      fingerprint: '0123456789abcdef',
      silencedBy: ['0b1f'],
      inhibitedBy: [],
      mutedBy: ['nights'],
    },
    en: ['Suppressed', 'ErrorRateHigh', '0b1f, nights'],
    zh: ['告警抑制', '0b1f, nights'],
  },
  'alert.assigned': {
    body: { to: 'Ren', comment: 'knows it' },
    en: ['Assigned', 'ErrorRateHigh', 'Ren · knows it'],
    zh: ['指派', 'Ren · knows it'],
  },
  'alert.released': {
    body: { stage: 'folding' },
    en: ['Let through', 'folding', 'ErrorRateHigh'],
    zh: ['放行', '折叠'],
  },
  'alert.unreleased': {
    body: { stage: 'silence' },
    en: ['Held again', 'silence', 'ErrorRateHigh'],
    zh: ['恢复抑制', '静默'],
  },
  'silence.created': {
    body: {
      matchers: [
        { name: 'job', value: 'web', isRegex: false, isEqual: true },
        { name: 'severity', value: 'warning|info', isRegex: true, isEqual: false },
      ],
      startsAt: AT,
      endsAt: AT + 3_600_000,
      comment: 'known',
      purpose: 'silence',
    },
    en: ['Silence', 'job="web", severity!~"warning|info"', 'known'],
    zh: ['静默', 'known'],
  },
  'silence.expired': {
    body: { comment: 'mended' },
    en: ['Silence ended', 'mended'],
    zh: ['静默结束', 'mended'],
  },
  'silence.listed': {
    body: {
      matchers: [{ name: 'job', value: 'web', isRegex: false, isEqual: false }],
      startsAt: AT,
      endsAt: AT + 3_600_000,
      comment: 'night',
      silenceId: 's',
      createdBy: 'ops',
      state: 'active',
    },
    en: ['Silence', 'job!="web"', 'night'],
    zh: ['静默', 'night'],
  },
  'noise.configured': {
    body: {
      origin: 'alertmanager.yml',
      inhibitRules: [],
      groupBy: [],
      shake: { mode: 'gradual', calmMs: 300_000 },
      folding: true,
    },
    en: ['Noise rules', 'alertmanager.yml'],
    zh: ['降噪规则', 'alertmanager.yml'],
  },
  'units.configured': {
    body: {
      origin: 'units.csv',
      shardCount: 100,
      shardFunction: 'last-digits',
      units: [],
      replicas: [],
      leases: [],
    },
    en: ['Units', 'units.csv'],
    zh: ['单元', 'units.csv'],
  },
  'node.unlisted': {
    body: { name: 'ledger', reason: 'not-listed' },
    en: ['Service no longer listed', 'ledger'],
    zh: ['服务不再列出', 'ledger'],
  },
  'edge.unlisted': {
    body: { from: 'checkout', to: 'ledger', reason: 'not-seen' },
    en: ['Call no longer listed', 'checkout → ledger'],
    zh: ['调用不再列出', 'checkout → ledger'],
  },
  'event.reported': {
    body: {
      eventId: 'e1',
      type: 'Warning BackOff',
      title: 'pay-core restarts',
      detail: 'Back-off restarting',
      severity: 'warning',
      services: ['pay-core'],
    },
    en: ['Event', 'pay-core restarts', 'Warning BackOff · Back-off restarting', 'pay-core'],
    zh: ['事件', 'pay-core restarts'],
  },
  'edge.measured': {
    body: { from: 'checkout', to: 'ledger', requestsPerSecond: 4 },
    en: ['Traffic', 'checkout → ledger'],
    zh: ['流量', 'checkout → ledger'],
  },
  'source.counted': {
    body: { expected: 4, received: 3 },
    en: ['Completeness', '3 / 4'],
    zh: ['齐全度', '3 / 4'],
  },
  'incident.declared': {
    body: incident,
    en: ['Declared', 'Checkout fails', 'SEV-1, commander Maya', 'checkout'],
    zh: ['宣布事件', 'Checkout fails', 'SEV-1，指挥官 Maya'],
  },
  'incident.renamed': {
    body: { title: 'Ledger fails' },
    en: ['Renamed', 'Ledger fails'],
    zh: ['事件改名', 'Ledger fails'],
  },
  'incident.severity-changed': {
    body: { severity: 'SEV-2', reason: 'unit-1 is clean' },
    en: ['Severity', 'SEV-2 · unit-1 is clean', 'Checkout fails'],
    zh: ['级别变更', 'SEV-2'],
  },
  'incident.commander-changed': {
    body: { replaces: ['Maya'], commander: 'Jonas' },
    en: ['Command', 'Maya → Jonas'],
    zh: ['指挥交接', 'Maya → Jonas'],
  },
  'incident.resolved': {
    body: { summary: 'rolled back' },
    en: ['Closed', 'rolled back'],
    zh: ['事件解决', 'rolled back'],
  },
  'incident.reopened': {
    body: { reason: 'again' },
    en: ['Reopened', 'again'],
    zh: ['重新打开', 'again'],
  },
  'note.written': {
    body: { text: 'restarted db-7' },
    en: ['Note', 'restarted db-7', 'Maya'],
    zh: ['备注', 'restarted db-7'],
  },
  'note.corrected': {
    body: { replaces: 'restarted db-7', text: 'restarted db-8' },
    en: ['Correction', 'restarted db-8'],
    zh: ['更正备注', 'restarted db-8'],
  },
  'entry.pinned': { body: { entry: DIGEST }, en: ['Pinned'], zh: ['置顶'] },
  'entry.unpinned': { body: { entry: DIGEST }, en: ['Unpinned'], zh: ['取消置顶'] },
  'run.started': {
    body: { runbook: 'pool', title: 'Pool exhausted', digest: DIGEST },
    en: ['Run started', 'Pool exhausted'],
    zh: ['开始预案', 'Pool exhausted'],
  },
  'run.step-recorded': {
    body: { step: 's1', title: 'Who holds them?', outcome: 'answered', answer: 'settlement' },
    en: ['Step', 'Who holds them?', 'answered “settlement”'],
    zh: ['预案步骤', 'Who holds them?', '回答“settlement”'],
  },
  'run.finished': {
    body: { outcome: 'abandoned' },
    en: ['Run ended', 'abandoned', 'Pool exhausted'],
    zh: ['预案结束', '已放弃'],
  },
  'runbook.published': {
    body: { fileName: 'pool.md', digest: DIGEST, size: 10 },
    en: ['Runbook', 'pool.md'],
    zh: ['预案发布', 'pool.md'],
  },
  'runbook.withdrawn': {
    body: { fileName: 'pool.md' },
    en: ['Runbook gone', 'pool.md'],
    zh: ['预案撤回', 'pool.md'],
  },
  'runbook.written': {
    body: { fileName: 'pool.md', text: '# Pool', replaces: [], comment: 'after the drill' },
    en: ['Runbook written', 'pool.md', 'after the drill', 'Maya'],
    zh: ['预案编写', 'pool.md', 'after the drill'],
  },
  'runbook.retired': {
    body: { fileName: 'pool.md', replaces: ['a'.repeat(64)], reason: 'the pool is gone' },
    en: ['Runbook retired', 'pool.md', 'the pool is gone'],
    zh: ['预案停用', 'the pool is gone'],
  },
  'incident.scope-changed': {
    body: { impact: 'No cards', services: ['ledger'], units: ['RZ01'], reason: 'seen' },
    en: ['Scope', 'No cards · RZ01 · seen', 'ledger'],
    zh: ['影响范围', 'No cards · RZ01 · seen'],
  },
  'incident.phase-changed': {
    body: { phase: 'mitigated', reason: 'traffic moved' },
    en: ['Phase', 'Checkout fails', 'Mitigated · traffic moved'],
    zh: ['阶段', '已缓解 · traffic moved'],
  },
  'incident.marked-duplicate': {
    body: { of: 'incident:other', carries: true, reason: 'same cause' },
    en: ['Duplicate', 'Checkout fails', 'same cause'],
    zh: ['重复事件', 'same cause'],
  },
  'incident.parent-changed': {
    body: { parent: 'incident:other', reason: 'a part' },
    en: ['Part of', 'Checkout fails', 'a part'],
    zh: ['所属事件', 'a part'],
  },
  'incident.role-assigned': {
    body: { role: 'deputy', person: null },
    en: ['Role', 'Deputy · nobody'],
    zh: ['角色', '副指挥 · 无人'],
  },
  'incident.team-formed': {
    body: { team: 'Database', lead: 'Ren', members: ['Ada'], mission: 'fail over' },
    en: ['Team', 'Database · Ren · fail over'],
    zh: ['小组', 'Database · Ren · fail over'],
  },
  'incident.team-dissolved': {
    body: { team: 'Database' },
    en: ['Team dissolved', 'Database'],
    zh: ['小组解散', 'Database'],
  },
  'incident.channels-set': {
    body: { bridge: '+49 30 1', chat: '#ops' },
    en: ['Channels', '+49 30 1 · #ops'],
    zh: ['沟通渠道', '+49 30 1 · #ops'],
  },
  'incident.command-offered': {
    body: { offer: 'o', to: 'Ren', pack: 'all that is known' },
    en: ['Command offered', 'Ren'],
    zh: ['移交指挥', 'Ren'],
  },
  'incident.command-answered': {
    body: { offer: 'o', accepted: false, reason: 'no network' },
    en: ['Command answered', 'declined · no network'],
    zh: ['移交答复', 'no network'],
  },
  'incident.sized-up': {
    body: { symptoms: '5xx', scope: 'RZ01', trend: 'escalating' },
    en: ['Size-up', 'Escalating · 5xx · RZ01'],
    zh: ['态势', '在扩大 · 5xx · RZ01'],
  },
  'incident.cadence-set': {
    body: { audience: 'executive', everyMs: 1_800_000 },
    en: ['Cadence', 'Executives · 30 minutes'],
    zh: ['通报节奏', '管理层', '30'],
  },
  'incident.signed-off': {
    body: { remaining: 'none', watch: 'lag', next: 'review' },
    en: ['Sign-off', 'none · lag · review'],
    zh: ['收尾', 'none · lag · review'],
  },
  'incident.measure-set': {
    body: { service: 'checkout', signal: 'errors', limit: 0.02, goodMs: 60_000 },
    en: ['Measure', 'errors', 'checkout'],
    zh: ['衡量指标', 'checkout'],
  },
  'incident.point-marked': {
    body: { point: 'located', at: AT, evidence: null, reason: 'by voice' },
    en: ['Clock', 'Located · by voice'],
    zh: ['时点标记', 'by voice'],
  },
  'task.assigned': {
    body: { incident: 'incident:i', person: 'Ren', action: 'restart db-7', minutes: 5 },
    en: ['Task', 'restart db-7', 'Ren · 5 minutes'],
    zh: ['任务', 'restart db-7', 'Ren'],
  },
  'task.understood': { body: { byVoice: true }, en: ['Understood'], zh: ['已领会'] },
  'task.extended': {
    body: { minutes: 1, reason: 'slow' },
    en: ['More time', '1 minute · slow'],
    zh: ['延时', 'slow'],
  },
  'task.reassigned': {
    body: { person: 'Ada', minutes: 10, reason: 'Ren is away' },
    en: ['Reassigned', 'Ada · 10 minutes · Ren is away'],
    zh: ['改派', 'Ada', 'Ren is away'],
  },
  'task.reported': {
    body: { text: 'half done' },
    en: ['Task report', 'half done'],
    zh: ['任务汇报', 'half done'],
  },
  'task.done': { body: { result: 'is up' }, en: ['Task done', 'is up'], zh: ['任务完成', 'is up'] },
  'task.dropped': {
    body: { reason: 'not needed' },
    en: ['Task dropped', 'not needed'],
    zh: ['任务取消', 'not needed'],
  },
  'decision.proposed': {
    body: {
      incident: 'incident:i',
      action: 'move RZ01',
      risk: 'high',
      danger: 'cold caches',
      expected: '',
      undo: '',
    },
    en: ['Candidate', 'move RZ01', 'High risk · cold caches'],
    zh: ['候选方案', 'move RZ01', '高风险 · cold caches'],
  },
  'decision.polled': { body: {}, en: ['Poll'], zh: ['征询异议'] },
  'decision.answered': {
    body: { person: 'Ren', objection: 'strong', reason: 'replica lag' },
    en: ['Answer', 'Ren · strong objection · replica lag'],
    zh: ['答复', 'Ren · 强烈反对 · replica lag'],
  },
  'decision.taken': {
    body: { proceed: true, reason: 'no choice', executor: 'Ada', overrules: ['Ren'] },
    en: ['Decision', 'Proceeding. Ada executes. · no choice'],
    zh: ['决策', 'Ada', 'no choice'],
  },
  'decision.verified': {
    body: { outcome: 'improved', text: '5xx gone' },
    en: ['Effect', 'improved · 5xx gone'],
    zh: ['效果', '好转 · 5xx gone'],
  },
  'decision.withdrawn': {
    body: { reason: 'too late' },
    en: ['Withdrawn', 'too late'],
    zh: ['撤回方案', 'too late'],
  },
  'report.given': {
    body: { incident: 'incident:i', from: 'DB', condition: 'bad', actions: 'look', needs: 'hands' },
    en: ['CAN report', 'DB', 'bad · look · hands'],
    zh: ['CAN 汇报', 'DB', 'bad · look · hands'],
  },
  'hypothesis.stated': {
    body: { incident: 'incident:i', text: 'pool is too small', service: 'ledger' },
    en: ['Hypothesis', 'pool is too small', 'ledger'],
    zh: ['假设', 'pool is too small'],
  },
  'hypothesis.supported': {
    body: { supports: false, text: 'pool is half empty', cites: [DIGEST] },
    en: ['Evidence', 'against · pool is half empty'],
    zh: ['证据', 'pool is half empty'],
  },
  'hypothesis.judged': {
    body: { verdict: 'confirmed', reason: 'seen in the graph' },
    en: ['Verdict', 'confirmed · seen in the graph'],
    zh: ['结论', 'seen in the graph'],
  },
  'update.published': {
    body: { incident: 'incident:i', audience: 'public', text: 'We look.', channels: ['copy'] },
    en: ['Update', 'Public', 'We look.'],
    zh: ['通报', '公众', 'We look.'],
  },
  'update.delivered': {
    body: { channel: 'webhook', taken: false, detail: '503' },
    en: ['Delivery', 'not delivered · 503'],
    zh: ['送达', '503'],
  },
  'roll-call.started': {
    body: { incident: 'incident:i', expected: [{ person: 'Ren', team: 'DB' }] },
    en: ['Roll call', '1 person'],
    zh: ['点名', '1'],
  },
  'roll-call.answered': {
    body: { person: 'Ren', team: 'DB', present: false, comment: 'on a plane' },
    en: ['Answered', 'Ren · absent · on a plane'],
    zh: ['应答', 'Ren', 'on a plane'],
  },
  'contacts.imported': {
    body: {
      origin: 'on-call.ics',
      contacts: [{ person: 'Ren', team: '', role: '', phone: '', mail: '', chat: '' }],
      shifts: [],
    },
    en: ['Contacts', 'on-call.ics', '1 person'],
    zh: ['联系人', 'on-call.ics'],
  },
  'follow-up.opened': {
    body: {
      incident: 'incident:i',
      text: 'alert on pool use',
      owner: 'Ada',
      dueAt: null,
      aim: 'detect',
    },
    en: ['Follow-up', 'alert on pool use', 'Ada'],
    zh: ['改进项', 'alert on pool use', 'Ada'],
  },
  'follow-up.changed': {
    body: { state: 'doing', reason: 'begun' },
    en: ['Follow-up changed', 'under way · begun'],
    zh: ['改进项更新', 'begun'],
  },
  'post-mortem.drafted': {
    body: { incident: 'incident:i', language: 'en', sections: [{ section: 'summary', text: 'x' }] },
    en: ['Post-mortem'],
    zh: ['复盘初稿'],
  },
  'post-mortem.edited': {
    body: { section: 'lucky', replaces: DIGEST, text: 'y' },
    en: ['Post-mortem edited', 'Where we were lucky'],
    zh: ['复盘修改'],
  },
  'post-mortem.status-changed': {
    body: { status: 'review' },
    en: ['Post-mortem', 'under review'],
    zh: ['复盘状态'],
  },
  'execution.proposed': {
    body: { plan, digest: DIGEST, replica: 'r', automatic: true },
    en: ['Action proposed', 'Restart a service', 'runs by itself'],
    zh: ['提出操作', 'Restart a service', '自动执行'],
  },
  'execution.rehearsed': {
    body: { title: 'Restart a service', digest: DIGEST, result },
    en: ['Dry run', 'Restart a service', 'ended', '0'],
    zh: ['试运行', '结束'],
  },
  'execution.approved': {
    body: { title: 'Restart a service', digest: DIGEST, replica: 'r' },
    en: ['Action approved', 'Restart a service', 'aaaaaaaa', 'Maya'],
    zh: ['批准操作', 'aaaaaaaa'],
  },
  'execution.withdrawn': {
    body: { title: 'Restart a service', digest: DIGEST, reason: 'wrong service' },
    en: ['Action withdrawn', 'Restart a service', 'wrong service'],
    zh: ['撤回操作', 'wrong service'],
  },
  'execution.started': {
    body: { title: 'Restart a service', digest: DIGEST, approvals: [] },
    en: ['Action started', 'Restart a service'],
    zh: ['开始操作'],
  },
  'execution.ended': {
    body: {
      title: 'Restart a service',
      digest: DIGEST,
      result: { ...result, outcome: 'unknown', code: null, reason: 'the desk ended' },
    },
    en: ['Action ended', 'it may have run', 'the desk ended'],
    zh: ['操作结束', '可能已执行'],
  },
  'execution.verified': {
    body: {
      title: 'Restart a service',
      digest: DIGEST,
      passed: false,
      result: { ...result, code: 3 },
    },
    en: ['Action verified', 'did not work', '3'],
    zh: ['操作验证', '未生效'],
  },
  'run.handed-over': {
    body: { to: 'Ada', comment: 'step 4 waits' },
    en: ['Run handed over', 'Pool exhausted', 'Ada · step 4 waits'],
    zh: ['移交执行', 'Ada · step 4 waits'],
  },
  'attachment.added': {
    body: {
      of: DIGEST,
      name: 'panel.png',
      type: 'image/png',
      size: 2_000,
      sha256: DIGEST,
      caption: 'pool at its limit',
    },
    en: ['Evidence', 'panel.png', 'pool at its limit'],
    zh: ['证据', 'panel.png', 'pool at its limit'],
  },
  'attachment.withdrawn': {
    body: { of: DIGEST, sha256: DIGEST, reason: 'shows a password' },
    en: ['Evidence withdrawn', 'shows a password'],
    zh: ['撤回证据', 'shows a password'],
  },
  'comment.written': {
    body: { entry: DIGEST, text: 'that was the wrong pool' },
    en: ['Comment', 'that was the wrong pool'],
    zh: ['评论', 'that was the wrong pool'],
  },
  'import.kept': {
    body: { kind: 'chat', name: '#ops', lines: 34, from: AT, to: AT },
    en: ['Imported', '#ops', 'chat log', '34 lines'],
    zh: ['导入', '#ops', '聊天记录', '34 行'],
  },
  'import.withdrawn': {
    body: { reason: 'wrong day' },
    en: ['Import withdrawn', 'wrong day'],
    zh: ['撤回导入', 'wrong day'],
  },
  'note.imported': {
    body: { text: 'restarted db-7', who: 'ada', import: 'import:one', origin: '#ops' },
    en: ['Imported', 'restarted db-7', 'ada'],
    zh: ['导入', 'restarted db-7', 'ada'],
  },
  'note.moved': {
    body: { from: AT, to: AT + 60_000, reason: 'read from the wrong log' },
    en: ['Moved in time', 'read from the wrong log'],
    zh: ['更正时间', 'read from the wrong log'],
  },
};

function entryOf(kind: string, body: TimelineEntry['body']): TimelineEntry {
  const byPeople = isPeopleKind(kind);
  return {
    id: DIGEST,
    seq: 1,
    kind,
    thing: 'alert:x',
    at: AT,
    heardAt: AT,
    seenAt: AT,
    source: byPeople ? 'people' : 'alertmanager:main',
    author: byPeople ? author : null,
    body,
    currentText: null,
    movedFrom: null,
    pinned: false,
    sent: 'none',
    clockAhead: false,
  };
}

const names = {
  alert: { name: 'ErrorRateHigh', service: 'checkout' },
  incident: { title: 'Checkout fails' },
  run: { title: 'Pool exhausted' },
};

afterEach(() => i18n.changeLanguage('en'));

describe('entry text', () => {
  test.each(Object.keys(catalogue) as FactKind[])(
    '%s has a line in both languages',
    async (kind) => {
      const { body, en, zh } = CASES[kind];
      // The example is a body that the schema knows.
      expect(catalogue[kind].safeParse(body).error).toBeUndefined();
      for (const [language, parts] of [
        ['en', en],
        ['zh-CN', zh],
      ] as const) {
        await i18n.changeLanguage(language);
        const said = entryText(entryOf(kind, body), t, names);
        const line = [said.kind, said.subject, said.text, said.services.join(), said.who].join(
          ' | ',
        );
        for (const part of parts) expect(line).toContain(part);
        expect(line).not.toContain('timeline.');
        expect(line).not.toContain('{{');
      }
    },
  );

  test('a kind of a later version is told as such', () => {
    const said = entryText(entryOf('drill.begun', { anything: 1 }), t);
    expect(said.text).toContain('drill.begun');
    expect(iconOf('drill.begun')).toBe('info');
  });

  test('a body that breaks its schema still gives a line', () => {
    for (const kind of Object.keys(catalogue)) {
      expect(() =>
        entryText(entryOf(kind, { name: 7, services: 'x', annotations: [] }), t),
      ).not.toThrow();
    }
    const change = entryOf('change.reported', { title: 'x', kind: 'ritual', status: 'danced' });
    expect(entryText(change, t).text).toBe('ritual danced');
  });

  test('an entry about a task, a decision, a hypothesis names it', () => {
    const about = 'fail over the ledger';
    expect(entryText(entryOf('task.understood', {}), t, { about }).subject).toBe(about);
    expect(entryText(entryOf('decision.polled', {}), t, { about }).subject).toBe(about);
    const judged = entryOf('hypothesis.judged', { verdict: 'confirmed', reason: 'seen' });
    expect(entryText(judged, t, { about })).toMatchObject({
      subject: about,
      text: 'confirmed · seen',
    });
    // What says it in itself says it as it was said then.
    const assigned = entryOf('task.assigned', { action: 'look', person: 'Lin', minutes: 5 });
    expect(entryText(assigned, t, { about }).subject).toBe('look');
  });

  test('a corrected note shows the text as it stands now', () => {
    const entry = { ...entryOf('note.written', { text: 'old' }), currentText: 'new' };
    expect(entryText(entry, t).text).toBe('new');
  });

  test('tones follow severity, changes and people', () => {
    expect(toneOf(entryOf('alert.fired', alert))).toBe('critical');
    expect(severityOf(entryOf('alert.resolved', alert))).toBeNull();
    expect(toneOf(entryOf('change.reported', {}))).toBe('change');
    expect(toneOf(entryOf('note.written', {}))).toBe('people');
    expect(toneOf(entryOf('alert.resolved', alert))).toBe('plain');
  });

  test('T3 lag is told of machines, back-dating of people', () => {
    const fired = entryOf('alert.fired', alert);
    expect(lagOf({ ...fired, heardAt: AT + 40_000 })).toBe(40_000);
    expect(lagOf({ ...fired, heardAt: AT + 5_000 })).toBeNull();
    const note = entryOf('note.written', { text: 'x' });
    expect(lagOf({ ...note, heardAt: AT + 3_600_000 })).toBeNull();
    expect(isBackDated({ ...note, heardAt: AT + 3_600_000 })).toBe(true);
    expect(isBackDated(note)).toBe(false);
    expect(isBackDated({ ...fired, heardAt: AT + 3_600_000 })).toBe(false);
  });
});
