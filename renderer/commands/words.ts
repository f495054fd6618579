export const words = {
  en: {
    'commands.group.go': 'Go to',
    'commands.group.incident': 'Incident',
    'commands.group.alerts': 'Alerts',
    'commands.group.map': 'Map',
    'commands.group.timeline': 'Timeline',
    'commands.group.runbooks': 'Runbooks',
    'commands.group.room': 'Room',
    'commands.group.window': 'Window',
    'commands.group.help': 'Help',
  },
  'zh-CN': {
    'commands.group.go': '跳转',
    'commands.group.incident': '事件',
    'commands.group.alerts': '告警',
    'commands.group.map': '拓扑图',
    'commands.group.timeline': '时间线',
    'commands.group.runbooks': '预案',
    'commands.group.room': '房间',
    'commands.group.window': '窗口',
    'commands.group.help': '帮助',
  },
} as const;
