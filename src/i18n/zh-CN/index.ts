import { common } from './common'
import { shell } from './shell'
import { loop } from './loop'
import { model } from './model'
import { data } from './data'
import { rows } from './rows'
import { train } from './train'
import { charts } from './charts'
import { tryRoom } from './try'
import { exportRoom } from './export'
import { runs } from './runs'
import { scoreRoom } from './score'

export { errors } from './errors'

export const messages = {
  ...common,
  ...shell,
  ...model,
  ...data,
  ...rows,
  ...loop,
  ...train,
  ...charts,
  ...tryRoom,
  ...exportRoom,
  ...runs,
  ...scoreRoom,
}
