export const words = {
  en: {
    'record.title': 'Record',
    'record.loading': 'Reading the state of the record…',
    'record.failed.title': 'The state of the record could not be read',
    'record.failed.what': 'What is recorded does not depend on it. Try again.',
    'record.failed.again': 'Try again',
    'record.old': 'This was read before; reading it again failed just now.',

    'record.verdict.whole_one':
      'Whole. {{count, number}} fact in {{files}} files, every row checked at {{time}}.',
    'record.verdict.whole_other':
      'Whole. {{count, number}} facts in {{files}} files, every row checked at {{time}}.',
    'record.verdict.whole.one_one':
      'Whole. {{count, number}} fact in one file, every row checked at {{time}}.',
    'record.verdict.whole.one_other':
      'Whole. {{count, number}} facts in one file, every row checked at {{time}}.',
    'record.verdict.opened_one':
      'Opened beside the live room: {{count, number}} fact, files: {{files}}.',
    'record.verdict.opened_other':
      'Opened beside the live room: {{count, number}} facts, files: {{files}}.',
    'record.verdict.opened.what':
      'This is not the record of the live room, which rests until you go back to it. Every fact was checked by its hash when this was opened.',
    'record.verdict.empty': 'Nothing is recorded yet.',
    'record.verdict.unchecked_one':
      'Nothing wrong is known. {{count, number}} fact, files: {{files}}.',
    'record.verdict.unchecked_other':
      'Nothing wrong is known. {{count, number}} facts, files: {{files}}.',
    'record.verdict.unchecked.what':
      'Not every row has been checked since this desk began: {{percent}} % so far. It goes on by itself in idle moments.',
    'record.verdict.gap': 'The record may lack something between {{from}} and {{to}}.',
    'record.verdict.gap.what_one':
      'What this desk holds is whole, but the gateway lost {{count}} part of its history. It heals by itself when a gateway or another desk that has it is connected.',
    'record.verdict.gap.what_other':
      'What this desk holds is whole, but the gateway lost {{count}} parts of its history. They heal by themselves when a gateway or another desk that has them is connected.',
    'record.verdict.salvaged_one':
      'Salvaged at {{time}}: {{count, number}} fact kept, {{missing, number}} missing.',
    'record.verdict.salvaged_other':
      'Salvaged at {{time}}: {{count, number}} facts kept, {{missing, number}} missing.',
    'record.verdict.salvaged.none_one':
      'Salvaged at {{time}}: {{count, number}} fact kept, none is known to be missing.',
    'record.verdict.salvaged.none_other':
      'Salvaged at {{time}}: {{count, number}} facts kept, none is known to be missing.',
    'record.verdict.salvaged.unknown_one':
      'Salvaged at {{time}}: {{count, number}} fact kept; how many are missing is not known.',
    'record.verdict.salvaged.unknown_other':
      'Salvaged at {{time}}: {{count, number}} facts kept; how many are missing is not known.',
    'record.verdict.salvaged.waiting':
      'What is missing is asked for again as soon as a gateway is connected. The damaged file was put aside and not changed.',
    'record.verdict.salvaged.coming':
      'What is missing comes from the gateway now. The damaged file was put aside and not changed.',
    'record.verdict.salvaged.done':
      'The gateway was asked again and gave what it has. The damaged file was put aside and not changed.',
    'record.verdict.damaged_one': '{{count, number}} damaged row found.',
    'record.verdict.damaged_other': '{{count, number}} damaged rows found.',
    'record.verdict.damaged.what':
      'Start Holdfast again: it keeps every whole row, puts the damaged file aside and asks the gateway for the rest. Make a backup first if this disk may be failing. You can go on working: what is written now is kept.',

    'record.files': 'Files',
    'record.files.summary_one': '{{count}} file, {{size}}',
    'record.files.summary_other': '{{count}} files, {{size}}',
    'record.files.name': 'File',
    'record.files.state': 'State',
    'record.files.facts': 'Facts',
    'record.files.size': 'Size',
    'record.files.range': 'Rows',
    'record.files.sealed': 'Sealed',
    'record.files.written': 'Being written',
    'record.files.open': 'Open',
    'record.files.openOne': 'Open {{name}} read-only',
    'record.files.why':
      'A full file is sealed and stays searchable. Nothing is deleted by itself. Folder:',
    'record.open.file': 'Open a journal…',
    'record.open.folder': 'Open a backup…',
    'record.open.failed': 'Not opened',
    'record.open.done': 'Opened read-only',
    'record.open.done.body_one':
      '{{count, number}} fact. The live room rests until you go back to it.',
    'record.open.done.body_other':
      '{{count, number}} facts. The live room rests until you go back to it.',
    'record.backup': 'Back up…',
    'record.backup.done': 'Backed up',
    'record.backup.done.body_one': '{{count, number}} fact, {{size}}, in {{path}}',
    'record.backup.done.body_other': '{{count, number}} facts, {{size}}, in {{path}}',
    'record.backup.failed': 'Not backed up',

    'record.check': 'Check',
    'record.check.now': 'Check now',
    'record.check.started': 'Every row is being checked',
    'record.check.nothing': 'There is nothing to check yet.',
    'record.check.never': 'Not every row has been checked yet.',
    'record.check.completed': 'Every row was last checked at',
    'record.check.progress': 'Rows checked',
    'record.check.running_one':
      '{{count, number}} of {{total, number}} rows checked in this pass ({{percent}} %)',
    'record.check.running_other':
      '{{count, number}} of {{total, number}} rows checked in this pass ({{percent}} %)',
    'record.check.none': 'No damaged row is known.',
    'record.check.damaged_one': '{{count, number}} damaged row:',
    'record.check.damaged_other': '{{count, number}} damaged rows:',
    'record.check.why':
      'Each row carries a hash of its content. They are checked again and again in idle moments.',

    'record.copies': 'Copies',
    'record.copies.summary_one': '{{count}} point, {{size}}',
    'record.copies.summary_other': '{{count}} points, {{size}}',
    'record.copies.now': 'Copy now',
    'record.copies.taken': 'A copy was taken',
    'record.copies.none': 'No copy has been taken yet. The first one follows within five minutes.',
    'record.copies.problem': 'The last copy failed; the journal itself is not affected:',
    'record.copies.at': 'Taken',
    'record.copies.age': 'Age',
    'record.copies.upTo': 'Up to row',
    'record.copies.lacks': 'Added since',
    'record.copies.why':
      'Every five minutes for an hour, hourly for a day, daily for a week. Damage never reaches a copy: each row is checked first. Folder:',

    'record.salvage': 'Saved from a damaged file',
    'record.salvage.at': 'When',
    'record.salvage.reason': 'Why',
    'record.salvage.kept': 'Kept',
    'record.salvage.missing': 'Missing',
    'record.salvage.unknown': 'not known',
    'record.salvage.aside': 'Damaged file',
    'record.salvage.report': 'Read the report',

    'record.feed': 'Gateway and clock',
    'record.feed.behind': 'Still to come',
    'record.feed.behind.none': 'nothing that is known of',
    'record.feed.skew': 'Clock',
    'record.feed.skew.unknown': 'not compared yet: no gateway was heard',
    'record.feed.space': 'Disk',
    'record.feed.space.enough': 'enough space',
    'record.feed.space.low': 'almost full: the feed waits, notes are still kept',

    'record.gaps': 'Gaps',
    'record.gaps.none': 'The gateway never lost a part of what this desk followed.',
    'record.gaps.open': 'open',
    'record.gaps.healed': 'healed',
    'record.gaps.between': 'between {{from}} and {{to}}',
    'record.gaps.noticed': 'noticed at',
    'record.gaps.healedAt': 'Compared with the gateway, and both sides equal, at',

    'record.quarantine': 'Quarantine',
    'record.quarantine.none': 'Everything that the gateway sent was understood.',
    'record.quarantine.why':
      'What could not be understood is kept here and never stops what stands beside it.',
    'record.quarantine.sources_one': 'Sources reported {{count, number}} more: see Sources.',
    'record.quarantine.sources_other': 'Sources reported {{count, number}} more: see Sources.',
  },
  'zh-CN': {
    'record.title': '记录',
    'record.loading': '正在读取记录状态…',
    'record.failed.title': '无法读取记录状态',
    'record.failed.what': '已记录的内容不受影响，请重试。',
    'record.failed.again': '重试',
    'record.old': '以上为之前读取的内容；刚才重新读取失败。',

    'record.verdict.whole_other':
      '完好。{{files}} 个文件共 {{count, number}} 条记录，已于 {{time}} 逐条校验。',
    'record.verdict.whole.one_other':
      '完好。1 个文件共 {{count, number}} 条记录，已于 {{time}} 逐条校验。',
    'record.verdict.opened_other':
      '在实时房间之外打开：{{files}} 个文件共 {{count, number}} 条记录。',
    'record.verdict.opened.what':
      '这不是实时房间的记录；返回之前，实时房间暂停接收。打开时已逐条校验哈希。',
    'record.verdict.empty': '还没有任何记录。',
    'record.verdict.unchecked_other': '未发现问题。{{files}} 个文件共 {{count, number}} 条记录。',
    'record.verdict.unchecked.what':
      '本机启用以来尚未逐条校验完毕：目前 {{percent}} %，空闲时自动继续。',
    'record.verdict.gap': '{{from}} 至 {{to}} 之间的记录可能不完整。',
    'record.verdict.gap.what_other':
      '本机持有的内容完好，但网关丢失了 {{count}} 段历史。连接到仍持有这些内容的网关或其他指挥台后会自动补齐。',
    'record.verdict.salvaged_other':
      '已于 {{time}} 抢救：保留 {{count, number}} 条，缺失 {{missing, number}} 条。',
    'record.verdict.salvaged.none_other':
      '已于 {{time}} 抢救：保留 {{count, number}} 条，没有已知的缺失。',
    'record.verdict.salvaged.unknown_other':
      '已于 {{time}} 抢救：保留 {{count, number}} 条，缺失数量未知。',
    'record.verdict.salvaged.waiting':
      '缺失的部分会在连接网关后重新索取。损坏的文件已另存，未作改动。',
    'record.verdict.salvaged.coming': '正在从网关补回缺失的部分。损坏的文件已另存，未作改动。',
    'record.verdict.salvaged.done':
      '已向网关重新索取，网关持有的部分已全部补回。损坏的文件已另存，未作改动。',
    'record.verdict.damaged_other': '发现 {{count, number}} 条损坏的记录。',
    'record.verdict.damaged.what':
      '请重新启动 Holdfast：它会保留所有完好的记录，将损坏的文件另存，并向网关索取其余部分。若怀疑磁盘故障，请先备份。你可以继续工作，现在写下的内容都会保留。',

    'record.files': '文件',
    'record.files.summary_other': '{{count}} 个文件，{{size}}',
    'record.files.name': '文件',
    'record.files.state': '状态',
    'record.files.facts': '记录数',
    'record.files.size': '大小',
    'record.files.range': '序号',
    'record.files.sealed': '已封存',
    'record.files.written': '写入中',
    'record.files.open': '打开',
    'record.files.openOne': '以只读方式打开 {{name}}',
    'record.files.why': '写满的文件会封存，仍可检索。不会自动删除任何内容。文件夹：',
    'record.open.file': '打开日志…',
    'record.open.folder': '打开备份…',
    'record.open.failed': '未能打开',
    'record.open.done': '已只读打开',
    'record.open.done.body_other': '共 {{count, number}} 条记录。返回之前，实时房间暂停接收。',
    'record.backup': '备份…',
    'record.backup.done': '备份完成',
    'record.backup.done.body_other': '共 {{count, number}} 条记录，{{size}}，保存在 {{path}}',
    'record.backup.failed': '备份失败',

    'record.check': '校验',
    'record.check.now': '立即校验',
    'record.check.started': '正在逐条校验',
    'record.check.nothing': '还没有可校验的内容。',
    'record.check.never': '尚未逐条校验完毕。',
    'record.check.completed': '最近一次逐条校验完成于',
    'record.check.progress': '已校验的记录',
    'record.check.running_other':
      '本轮已校验 {{count, number}} / {{total, number}} 条（{{percent}} %）',
    'record.check.none': '未发现损坏的记录。',
    'record.check.damaged_other': '损坏 {{count, number}} 条，序号为',
    'record.check.why': '每条记录都带有内容的哈希，空闲时会反复校验。',

    'record.copies': '副本',
    'record.copies.summary_other': '{{count}} 个时间点，{{size}}',
    'record.copies.now': '立即复制',
    'record.copies.taken': '已生成副本',
    'record.copies.none': '还没有副本，首个副本会在五分钟内生成。',
    'record.copies.problem': '最近一次复制失败，日志本身不受影响：',
    'record.copies.at': '时间',
    'record.copies.age': '距今',
    'record.copies.upTo': '截至序号',
    'record.copies.lacks': '此后新增',
    'record.copies.why':
      '一小时内每五分钟一份，一天内每小时一份，一周内每天一份。复制前逐条校验，损坏不会进入副本。文件夹：',

    'record.salvage': '自损坏的文件抢救',
    'record.salvage.at': '时间',
    'record.salvage.reason': '原因',
    'record.salvage.kept': '保留',
    'record.salvage.missing': '缺失',
    'record.salvage.unknown': '未知',
    'record.salvage.aside': '损坏的文件',
    'record.salvage.report': '查看报告',

    'record.feed': '网关与时钟',
    'record.feed.behind': '尚待接收',
    'record.feed.behind.none': '没有已知的缺失',
    'record.feed.skew': '时钟',
    'record.feed.skew.unknown': '尚未比对：还没有收到网关的消息',
    'record.feed.space': '磁盘',
    'record.feed.space.enough': '空间充足',
    'record.feed.space.low': '即将写满：暂停接收，备注仍会保留',

    'record.gaps': '缺口',
    'record.gaps.none': '本机跟随期间，网关没有丢失过任何部分。',
    'record.gaps.open': '未补齐',
    'record.gaps.healed': '已补齐',
    'record.gaps.between': '{{from}} 至 {{to}}',
    'record.gaps.noticed': '发现于',
    'record.gaps.healedAt': '与网关比对一致于',

    'record.quarantine': '隔离',
    'record.quarantine.none': '网关发来的内容均已识别。',
    'record.quarantine.why': '无法识别的内容保留在此，不会影响其他内容。',
    'record.quarantine.sources_other': '数据源另报告了 {{count, number}} 条，见“数据源”。',
  },
} as const;
