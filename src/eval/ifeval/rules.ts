import type { LanguageProfiles } from '../language/detect'
import { detectLanguage } from '../language/detect'
import { splitSentences } from '../language/punkt'
import { wordTokens } from '../language/words'
import { findAll, matches, splitBy } from '../python/pattern'
import {
  isLower,
  isUpper,
  splitWords,
  strip,
  stripLeft,
  stripRight,
  withoutPrefix,
  withoutSuffix,
} from '../python/text'
import { isPythonJson } from './python-json'
import { rule, type Rule } from './rule'

/**
 * The 25 verifiable instructions of IFEval (Zhou et al. 2023, "Instruction-Following Evaluation for Large Language
 * Models"), judged as the checkers of lm_eval 0.4.13 (`tasks/ifeval/instructions.py`, Apache-2.0) judge them, their
 * oddities included: a keyword is a pattern that may stand inside a word, a text without letters passes for any
 * language, a paragraph's word is cut at its first quotation mark.
 */
const LESS = 'less than'
const RELATION = { kind: 'choice', values: [LESS, 'at least'] } as const
const COUNT = { kind: 'number' } as const
const CONSTRAINED = ['My answer is yes.', 'My answer is no.', 'My answer is maybe.']
/** langdetect's languages. The reference lets one ask for 30 of them, and never for Chinese. */
const LANGUAGES = (
  'af ar bg bn ca cs cy da de el en es et fa fi fr gu he hi hr hu id it ja kn ko lt lv mk ml mr ne nl no pa pl pt ro ' +
  'ru sk sl so sq sv sw ta te th tl tr uk ur vi zh zh-cn zh-tw'
).split(' ')
const IN_ANY_CASE = { ignoreCase: true }

const holds = (count: number, relation: string, wanted: number) =>
  relation === LESS ? count < wanted : count >= wanted
const isIn = (language: string, text: string, profiles: LanguageProfiles) => {
  const found = detectLanguage(text, profiles)
  return found === null || found === language || (language === 'zh' && found.startsWith('zh-'))
}

export const IFEVAL_RULES: Record<string, Rule> = {
  'keywords:existence': rule({
    parameters: { keywords: { kind: 'patterns' } },
    judge:
      ({ keywords }) =>
      (text) =>
        keywords.every((keyword) => matches(keyword, text, IN_ANY_CASE)),
  }),
  'keywords:frequency': rule({
    parameters: { keyword: { kind: 'pattern' }, frequency: COUNT, relation: RELATION },
    judge:
      ({ keyword, frequency, relation }) =>
      (text) =>
        holds(findAll(strip(keyword), text, IN_ANY_CASE).length, relation, frequency),
  }),
  'keywords:forbidden_words': rule({
    parameters: { forbidden_words: { kind: 'patterns' } },
    judge:
      ({ forbidden_words: words }) =>
      (text) =>
        !words.some((word) => matches(`\\b${word}\\b`, text, IN_ANY_CASE)),
  }),
  'keywords:letter_frequency': rule({
    parameters: { letter: { kind: 'letter' }, let_frequency: COUNT, let_relation: RELATION },
    judge: ({ letter, let_frequency, let_relation }) => {
      const wanted = letter.toLowerCase()
      return (text) =>
        holds(Array.from(text.toLowerCase()).filter((char) => char === wanted).length, let_relation, let_frequency)
    },
  }),
  'language:response_language': rule({
    parameters: { language: { kind: 'choice', values: LANGUAGES } },
    needs: ['languages'],
    judge:
      ({ language }, { languages }) =>
      (text) =>
        isIn(language, text, languages),
  }),
  'length_constraints:number_sentences': rule({
    parameters: { num_sentences: COUNT, relation: RELATION },
    needs: ['sentences'],
    judge:
      ({ num_sentences, relation }, { sentences }) =>
      (text) =>
        holds(splitSentences(text, sentences).length, relation, num_sentences),
  }),
  'length_constraints:number_paragraphs': rule({
    parameters: { num_paragraphs: COUNT },
    judge:
      ({ num_paragraphs }) =>
      (text) => {
        const blank = splitBy('\\s?\\*\\*\\*\\s?', text).map((paragraph) => strip(paragraph!) === '')
        if (blank.slice(1, -1).includes(true)) return false
        return blank.filter((isBlank) => !isBlank).length === num_paragraphs
      },
  }),
  'length_constraints:number_words': rule({
    parameters: { num_words: COUNT, relation: RELATION },
    judge:
      ({ num_words, relation }) =>
      (text) =>
        holds(findAll('\\w+', text, { dialect: 'regex' }).length, relation, num_words),
  }),
  'length_constraints:nth_paragraph_first_word': rule({
    parameters: { num_paragraphs: COUNT, nth_paragraph: { kind: 'whole' }, first_word: { kind: 'text' } },
    limits: { nth_paragraph: 'num_paragraphs' },
    judge: ({ num_paragraphs, nth_paragraph, first_word }) => {
      const wanted = first_word.toLowerCase()
      return (text) => {
        const paragraphs = text.split('\n\n').map((paragraph) => strip(paragraph))
        const count = paragraphs.filter((paragraph) => paragraph !== '').length
        const [word] = nth_paragraph <= count ? splitWords(paragraphs[nth_paragraph - 1]) : []
        if (word === undefined) return false
        const bare = stripLeft(stripLeft(word, "'"), '"')
        const letters = Array.from(/^[^.,?!'"]*/.exec(bare)![0], (letter) => letter.toLowerCase())
        return count === num_paragraphs && letters.join('') === wanted
      }
    },
  }),
  'detectable_content:number_placeholders': rule({
    parameters: { num_placeholders: COUNT },
    judge:
      ({ num_placeholders }) =>
      (text) =>
        findAll('\\[.*?\\]', text).length >= num_placeholders,
  }),
  'detectable_content:postscript': rule({
    parameters: { postscript_marker: { kind: 'pattern' } },
    judge: ({ postscript_marker }) => {
      const marker = strip(postscript_marker)
      const known: Record<string, string> = { 'P.P.S': 'p\\.\\s?p\\.\\s?s', 'P.S.': 'p\\.\\s?s\\.' }
      const pattern = `\\s*${known[marker] ?? marker.toLowerCase()}.*$`
      return (text) => matches(pattern, text.toLowerCase(), { multiline: true })
    },
  }),
  'detectable_format:number_bullet_lists': rule({
    parameters: { num_bullets: COUNT },
    judge:
      ({ num_bullets }) =>
      (text) => {
        const stars = findAll('^\\s*\\*[^\\*].*$', text, { multiline: true }).length
        return stars + findAll('^\\s*-.*$', text, { multiline: true }).length === num_bullets
      },
  }),
  'detectable_format:constrained_response': rule({
    parameters: {},
    judge: () => (text) => CONSTRAINED.some((option) => text.includes(option)),
  }),
  'detectable_format:number_highlighted_sections': rule({
    parameters: { num_highlights: COUNT },
    judge:
      ({ num_highlights }) =>
      (text) => {
        const single = findAll('\\*[^\\n\\*]*\\*', text).filter((found) => strip(strip(found, '*')) !== '')
        const double = findAll('\\*\\*[^\\n\\*]*\\*\\*', text).filter((found) => strip(found.slice(2, -2)) !== '')
        return single.length + double.length >= num_highlights
      },
  }),
  'detectable_format:multiple_sections': rule({
    parameters: { section_spliter: { kind: 'pattern' }, num_sections: COUNT },
    judge:
      ({ section_spliter, num_sections }) =>
      (text) =>
        splitBy(`\\s?${strip(section_spliter)}\\s?\\d+\\s?`, text).length - 1 >= num_sections,
  }),
  'detectable_format:json_format': rule({
    parameters: {},
    judge: () => (text) => {
      const fences = ['```json', '```Json', '```JSON', '```']
      return isPythonJson(strip(withoutSuffix(fences.reduce(withoutPrefix, strip(text)), '```')))
    },
  }),
  'detectable_format:title': rule({
    parameters: {},
    judge: () => (text) =>
      findAll('<<[^\\n]+>>', text).some((title) => strip(stripRight(stripLeft(title, '<'), '>')) !== ''),
  }),
  'combination:two_responses': rule({
    parameters: {},
    judge: () => (text) => {
      const responses = text.split('******').map((response) => strip(response))
      if (responses.slice(1, -1).includes('')) return false
      const given = responses.filter((response) => response !== '')
      return given.length === 2 && given[0] !== given[1]
    },
  }),
  'combination:repeat_prompt': rule({
    parameters: { prompt_to_repeat: { kind: 'text' } },
    judge: ({ prompt_to_repeat }) => {
      const wanted = strip(prompt_to_repeat).toLowerCase()
      return (text) => strip(text).toLowerCase().startsWith(wanted)
    },
  }),
  'startend:end_checker': rule({
    parameters: { end_phrase: { kind: 'text' } },
    judge: ({ end_phrase }) => {
      const wanted = strip(end_phrase).toLowerCase()
      return (text) => strip(strip(text), '"').toLowerCase().endsWith(wanted)
    },
  }),
  'startend:quotation': rule({
    parameters: {},
    judge: () => (text) => /^"[^]*"$/.test(strip(text)),
  }),
  'change_case:capital_word_frequency': rule({
    parameters: { capital_frequency: COUNT, capital_relation: RELATION },
    needs: ['sentences'],
    judge:
      ({ capital_frequency, capital_relation }, { sentences }) =>
      (text) =>
        holds(wordTokens(text, sentences).filter(isUpper).length, capital_relation, capital_frequency),
  }),
  'change_case:english_capital': rule({
    parameters: {},
    needs: ['languages'],
    judge:
      (_, { languages }) =>
      (text) =>
        isUpper(text) && isIn('en', text, languages),
  }),
  'change_case:english_lowercase': rule({
    parameters: {},
    needs: ['languages'],
    judge:
      (_, { languages }) =>
      (text) =>
        isLower(text) && isIn('en', text, languages),
  }),
  'punctuation:no_comma': rule({
    parameters: {},
    judge: () => (text) => !text.includes(','),
  }),
}
