import type { marks as english } from '../en/marks'

export const marks: Record<keyof typeof english, string> = {
  'mark.colon': '：',
  'mark.comma': '、',
}
