import type { PythonRandom } from '../python/random'

export type Language = 'en' | 'zh'

interface Chronicle {
  lead: string
  owners: readonly string[]
  fact(owner: string, number: string): string
  question(owners: readonly string[]): string
  /** One line of the filling; none has a number of four digits. */
  sentence(random: PythonRandom): string
  /** Between sentences. */
  join: string
}

const one = <T>(random: PythonRandom, from: readonly T[]): T => from[random.below(from.length)]

const ENGLISH = {
  days: 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' '),
  people: 'Ada Bruno Carla Dmitri Elin Farid Greta Hugo Ines Jonas Kirsten Luca Mona Nils Olga Pavel Rosa Sten'.split(
    ' ',
  ),
  deeds: [
    'carried two crates of pears to',
    'repaired the shutters of',
    'painted the long fence behind',
    'lost an umbrella on the way to',
    'met the postman in front of',
    'played the accordion beside',
    'planted a row of tulips near',
    'swept the yard of',
    'took photographs of',
    'waited for the rain to stop under the roof of',
    'brought a basket of bread to',
    'read the newspaper on the steps of',
  ],
  places: [
    'the old mill',
    'the town hall',
    'the bakery',
    'the school',
    'the boathouse',
    'the clock tower',
    'the library',
    'the fire station',
    'the chapel',
    'the market',
    'the saddler’s shop',
    'the railway bridge',
  ],
  moods: [
    'and nobody minded.',
    'and was home before dark.',
    'although it was windy.',
    'with a dog that belonged to a cousin.',
    'and told everybody about it at supper.',
    'which took the whole afternoon.',
    'and forgot to lock the gate.',
    'while the bells were ringing.',
  ],
}

const CHINESE = {
  days: ['星期一', '星期二', '星期三', '星期四', '星期五', '星期六', '星期天'],
  people: [
    '阿梅',
    '小林',
    '老周',
    '陈叔',
    '丽丽',
    '王婶',
    '小吴',
    '建国',
    '阿芳',
    '老郑',
    '晓东',
    '玉兰',
    '志强',
    '小满',
  ],
  places: [
    '旧磨坊',
    '镇公所',
    '面包房',
    '小学',
    '船库',
    '钟楼',
    '图书馆',
    '消防站',
    '菜市场',
    '铁路桥',
    '茶馆',
    '邮局',
  ],
  deeds: [
    '把两箱梨送到了{}',
    '修好了{}的百叶窗',
    '给{}后面的篱笆刷了漆',
    '在去{}的路上丢了一把伞',
    '在{}门口碰见了邮递员',
    '在{}旁边拉手风琴',
    '在{}附近种了一排郁金香',
    '打扫了{}的院子',
    '给{}拍了照片',
    '在{}的屋檐下等雨停',
    '给{}送去了一篮馒头',
    '坐在{}的台阶上看报纸',
  ],
  moods: [
    '没有人在意。',
    '天黑前就回了家。',
    '虽然风很大。',
    '身边跟着表弟家的狗。',
    '晚饭时讲给大家听。',
    '花了整整一个下午。',
    '忘了锁院门。',
    '那时钟声正响。',
  ],
}

/** The uneventful chronicle of a small town, in which facts are hidden; without end, and the same for a seed. */
export const chronicle: Record<Language, Chronicle> = {
  en: {
    lead: 'Read this chronicle of a small town. There is a question at its end.',
    owners: ['Mira Holt', 'Tom Berger', 'Salma Reyes', 'Viktor Lund', 'Hanna Okoye', 'Pedro Sommer', 'Lin Carver'],
    fact: (owner, number) => `The locker of ${owner} opens with the number ${number}.`,
    question: (owners) =>
      owners.length === 1
        ? `Question: with which number does the locker of ${owners[0]} open? Answer with the number alone.`
        : `Question: with which numbers do the lockers of ${owners.join(', ')} open? Answer with the numbers alone.`,
    sentence(random) {
      const { days, people, deeds, places, moods } = ENGLISH
      const [day, person] = [one(random, days), one(random, people)]
      return `On ${day} ${person} ${one(random, deeds)} ${one(random, places)}, ${one(random, moods)}`
    },
    join: ' ',
  },
  zh: {
    lead: '请阅读下面这份小镇纪事，末尾有一个问题。',
    owners: ['苏宁', '何大伟', '方晓云', '林国栋', '姚静', '邓小川', '沈一凡'],
    fact: (owner, number) => `${owner}的储物柜密码是 ${number}。`,
    question: (owners) =>
      owners.length === 1
        ? `问题：${owners[0]}的储物柜密码是多少？只回答数字。`
        : `问题：${owners.join('、')}的储物柜密码分别是多少？只回答数字。`,
    sentence(random) {
      const { days, people, deeds, places, moods } = CHINESE
      const [day, person] = [one(random, days), one(random, people)]
      return `${day}，${person}${one(random, deeds).replace('{}', one(random, places))}，${one(random, moods)}`
    },
    join: '',
  },
}
