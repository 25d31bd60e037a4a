// The defences that a negative control can switch off where no option does it.

/** Each is a patch of an internal, made from here, so that the code under test holds no switch of a test. */
export type Defence =
  | 'dead'
  | 'gapHoldOff'
  | 'guardedCalls'
  | 'channelNames'
  | 'heldResults'
  | 'holdOff'
  | 'memoryAllowance'
  | 'memoryOfTheServer'
  | 'overdueSign'
  | 'reconcile'
  | 'renewal'
  | 'replacement'
  | 'scriptText'
  | 'search'
  | 'serverTime'
  | 'startTime'
  | 'storedCancels'
  | 'takingUp';
