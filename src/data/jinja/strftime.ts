const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const two = (n: number) => String(n).padStart(2, '0')

/** Python's `strftime` in English, for the codes that dates in chat templates are written with. */
export function strftime(date: Date, format: string): string {
  const [month, day, hour] = [date.getMonth(), date.getDay(), date.getHours()]
  const parts: Record<string, string> = {
    Y: String(date.getFullYear()),
    y: two(date.getFullYear() % 100),
    m: two(month + 1),
    B: MONTHS[month],
    b: MONTHS[month].slice(0, 3),
    d: two(date.getDate()),
    e: String(date.getDate()).padStart(2),
    A: DAYS[day],
    a: DAYS[day].slice(0, 3),
    H: two(hour),
    I: two(hour % 12 || 12),
    p: hour < 12 ? 'AM' : 'PM',
    M: two(date.getMinutes()),
    S: two(date.getSeconds()),
    F: `${date.getFullYear()}-${two(month + 1)}-${two(date.getDate())}`,
    T: `${two(hour)}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
    '%': '%',
  }
  return format.replace(/%([a-zA-Z%])/g, (code, letter: string) => parts[letter] ?? code)
}
