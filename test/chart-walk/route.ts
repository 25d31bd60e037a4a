// The shortest way to each transition of the consumer's chart, found by XState's own graph of it.
import { consumerMachine } from '@acktor/worker';
import { createEmptyActor, type EventFromLogic, type SnapshotFrom } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { events } from '../consumer/chart-walk.js';
import { declaredTransitions, takenBy, type TransitionName } from '../charts/driven.js';

/** One event of a route, and the transition that the chart takes on it. */
export interface RouteStep {
  readonly event: ConsumerEvent['type'];
  readonly transition: TransitionName;
}

/** How a consumer comes from its birth to a transition: the last step is that one. */
export type Route = readonly RouteStep[];

/** A route to each transition that the chart declares; undefined for one that no event of a real life leads to. */
export function routes(): ReadonlyMap<TransitionName, Route | undefined> {
  const ways = getShortestPaths(consumerMachine, {
    input: { channel: Object.assign(createEmptyActor(), { id: 'channel' }) },
    events: possibleEvents,
    serializeState: ({ value, context }) => JSON.stringify([value, context.isStopping, context.stuck !== undefined]),
  }).map(({ state, steps }) => ({ state, route: routeAlong(steps) }));
  const found = ways.flatMap(({ state, route }) => possibleEvents(state).map((event) => extend(state, route, event)));
  return new Map(declaredTransitions(consumerMachine).map((name) => [name, shortestTo(name, found)]));
}

type ConsumerEvent = EventFromLogic<typeof consumerMachine>;
type ConsumerSnapshot = SnapshotFrom<typeof consumerMachine>;

/** Grace ends only for who was told to stop. Of two ways that are as short, the one whose event stands first is taken. */
function possibleEvents({ context }: ConsumerSnapshot): readonly ConsumerEvent[] {
  return Object.values(events).filter(({ type }) => type !== 'grace.ended' || context.isStopping);
}

/** Each step knows the state that its event led to, so the one before knows where the event came from. */
function routeAlong(steps: readonly { readonly state: ConsumerSnapshot; readonly event: ConsumerEvent }[]): Route {
  return steps.flatMap(({ event }, at) => {
    const from = steps[at - 1]?.state;
    return from === undefined ? [] : extend(from, [], event);
  });
}

function extend(from: ConsumerSnapshot, route: Route, event: ConsumerEvent): Route {
  const [transition] = takenBy(consumerMachine, from, event);
  return transition === undefined ? [] : [...route, { event: event.type, transition }];
}

function shortestTo(name: TransitionName, ways: readonly Route[]): Route | undefined {
  return ways.filter((route) => route.at(-1)?.transition === name).toSorted((a, b) => a.length - b.length)[0];
}
