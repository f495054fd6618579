export const words = { en: {}, 'zh-CN': {} } as const;
