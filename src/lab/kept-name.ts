import { INVALID_EVENT } from '../bus/dispatcher.ts';
import { messageOf } from '../bus/thrown.ts';
import { show } from '../core/errors.ts';
import { warnOnce } from '../core/warn.ts';
import { normalizeEventName } from '../events/name.ts';

/** The name under which an event is kept: its own, or `telemetry.event.invalid` with a warning for what is no name. */
export function keptName(name: string | readonly string[]): string {
  try {
    return normalizeEventName(name);
  } catch (error) {
    warnOnce(`invalid_event_name:${show(name)}`, `An executed event is kept as ${INVALID_EVENT}. ${messageOf(error)}`);
    return INVALID_EVENT;
  }
}
