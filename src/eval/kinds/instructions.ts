import { judgeAnswer, prepareRules } from '../ifeval/check'
import { readAskedRules } from '../ifeval/rows'
import { holds, share, type ScoreKind } from './kind'

/** IFEval's rules; figures under lm_eval's names. Rules of one prompt stay together when items are drawn. */
export const instructions: ScoreKind = {
  figures: {
    prompt_level_strict_acc: share(),
    inst_level_strict_acc: share(),
    prompt_level_loose_acc: share(),
    inst_level_loose_acc: share(),
  },
  async prepare(item, { row }) {
    const rules = readAskedRules(row, item.fields)
    const judges = await prepareRules(row, rules)
    return (answer) => {
      const { strict, loose } = judgeAnswer(judges, answer)
      const count = (all: boolean[]) => [all.filter(Boolean).length, all.length]
      return {
        parts: {
          prompt_level_strict_acc: holds(strict.every(Boolean)),
          inst_level_strict_acc: count(strict),
          prompt_level_loose_acc: holds(loose.every(Boolean)),
          inst_level_loose_acc: count(loose),
        },
        detail: { rules: rules.map(({ rule }) => rule), strict, loose },
      }
    }
  },
}
