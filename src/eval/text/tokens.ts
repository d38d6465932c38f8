import { splitWords, strip, stripRight } from '../python/text'

/**
 * How the references of BLEU, ROUGE and SQuAD cut a text into words; each has its own way, and its scores depend on it.
 * Chinese has no blanks between words: there every character counts as one.
 */

/** What sacrebleu's `zh` takes for a Chinese sign, its Python comparisons of texts written out as code points. */
const CHINESE =
  '\\u2001-\\u2a6d\\u2e80-\\u2eff\\u2f00-\\u2fdf\\u2ff0-\\u303f\\u3100-\\u312f\\u31a0-\\u31bf\\u31c0-\\u31ef' +
  '\\u3200-\\u33ff\\u3400-\\u4db5\\u4e00-\\u9fbb\\uf900-\\ufa2d\\ufa30-\\ufa6a\\ufe10-\\ufe1f\\ufe30-\\ufe4f\\uff00-\\uffef'
const chineseSign = new RegExp(`[${CHINESE}]`, 'gu')
const HAN = /\p{Script=Han}/u
const PUNCTUATION = /[!-/:-@[-`{-~]/g
/** What lm_eval's LongBench metrics drop from Chinese answers beside the ASCII signs. */
const CHINESE_PUNCTUATION =
  /[！？｡。＂＃＄％＆＇（）＊＋，－／：；＜＝＞＠［＼］＾＿｀｛｜｝～｟｠｢｣､、〃》「」『』【】〔〕〖〗〘〙〚〛〜〝〞〟〰〾〿–—‘’‛“”„‟…‧﹏]/g

/** Whether a text is written in Han characters, wholly or in part. */
export const isChinese = (text: string): boolean => HAN.test(text)

/** sacrebleu's tokenizers: `13a` (mteval-v13a of WMT) and `zh` (every Chinese sign for itself). */
export function bleuTokens(text: string, tokenizer: '13a' | 'zh'): string[] {
  return splitWords(separated(tokenizer === '13a' ? westernLine(text) : chineseLine(text)))
}

function westernLine(text: string): string {
  let line = stripRight(text).replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ')
  const entities = { '&quot;': '"', '&amp;': '&', '&lt;': '<', '&gt;': '>' }
  for (const [entity, sign] of Object.entries(entities)) line = line.replaceAll(entity, sign)
  return ` ${line} `
}

const chineseLine = (text: string) => strip(text).replace(chineseSign, ' $& ')

/** Signs stand alone; periods, commas and dashes do unless digits are around them. */
function separated(line: string): string {
  return line
    .replace(/[{-~[-` -&(-+:-@/]/g, ' $& ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ')
}

/** rouge-score's words: runs of a to z and digits in lower case; Han characters one by one, which it would drop. */
export const rougeTokens = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+|\p{Script=Han}/gu) ?? []

/**
 * The words of an answer to a question, as SQuAD compares them: lower case, without ASCII punctuation and English
 * articles. Beside a Chinese reference without Chinese punctuation either, and Han characters one by one.
 */
export function answerTokens(text: string, besideChinese: boolean): string[] {
  const plain = text.toLowerCase().replace(PUNCTUATION, '')
  if (!besideChinese) return splitWords(plain.replace(/(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu, ' '))
  return splitWords(plain.replace(CHINESE_PUNCTUATION, '').replace(/\p{Script=Han}/gu, ' $& '))
}
