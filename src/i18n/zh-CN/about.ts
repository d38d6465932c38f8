import type { About } from '../about'

export const about: About = { name: '中文', locale: 'zh-CN', hour: ' 小时', minute: ' 分', second: ' 秒' }
