import type { About } from '../about'

export const about: About = {
  name: 'English',
  locale: 'en-GB',
  // British English would write a small "m", which reads as a thousandth beside measures.
  compactLocale: 'en-US',
  hour: ' h',
  minute: ' min',
  second: ' s',
}
