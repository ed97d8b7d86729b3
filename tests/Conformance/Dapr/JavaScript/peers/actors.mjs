// Actors in JavaScript: state, turns, timers, reminders, failures.
import assert from "node:assert/strict";
import { AbstractActor, ActorId, ActorProxyBuilder, Temporal } from "./dapr.mjs";
import { eventually, newId, scenario } from "./runner.mjs";

const fired = new Map();
let running = 0;
let mostRunning = 0;

function note(key, entry) {
  fired.set(key, [...(fired.get(key) ?? []), entry]);
}

class JsCounter extends AbstractActor {
  async add(by) {
    const state = this.getStateManager();
    const [exists, old] = await state.tryGetState("count");
    const count = (exists ? Number(old) : 0) + by;
    await state.setState("count", String(count));
    return count;
  }

  async describe(name, shape) {
    return { name, ...shape };
  }

  async fail() {
    throw new Error("out of order");
  }

  async overlap() {
    running += 1;
    mostRunning = Math.max(mostRunning, running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
    return mostRunning;
  }
}

class JsAlarm extends AbstractActor {
  async startTimer() {
    await this.registerActorTimer("tick", "tick", Temporal.Duration.from({ seconds: 0 }), Temporal.Duration.from({ seconds: 1 }), undefined, "timer data");
    return "started";
  }

  async stopTimer() {
    await this.unregisterActorTimer("tick");
    return "stopped";
  }

  async tick(data) {
    note(this.getActorId().getId(), data);
  }

  async startReminder() {
    await this.registerActorReminder("remember", Temporal.Duration.from({ seconds: 0 }), Temporal.Duration.from({ seconds: 1 }), undefined, "reminder data");
    return "started";
  }

  async stopReminder() {
    await this.unregisterActorReminder("remember");
    return "stopped";
  }

  async receiveReminder(data) {
    note(this.getActorId().getId(), data);
  }
}

/** Makes the actors known to the server. */
export async function registerActors(server) {
  await server.actor.init();
  await server.actor.registerActor(JsCounter);
  await server.actor.registerActor(JsAlarm);
}

/** What actors have to do. */
export async function actorScenarios(client, appPort) {
  const counters = new ActorProxyBuilder(JsCounter, client);
  const alarms = new ActorProxyBuilder(JsAlarm, client);

  scenario("actor keeps its state between calls", async () => {
    const counter = counters.build(new ActorId(newId("counter")));
    assert.equal(await counter.add(2), 2);
    assert.equal(await counter.add(3), 5);
  });

  scenario("actor keeps its state when it is deactivated", async () => {
    const id = newId("counter");
    const counter = counters.build(new ActorId(id));
    await counter.add(4);
    const gone = await fetch(`http://127.0.0.1:${appPort}/actors/JsCounter/${id}`, { method: "DELETE" });
    assert.equal(gone.status, 200);
    assert.equal(await counter.add(1), 5);
  });

  scenario("actor takes several arguments and objects", async () => {
    const answer = await counters.build(new ActorId(newId("counter"))).describe("box", { width: 2, tags: ["a", "b"] });
    assert.deepEqual(answer, { name: "box", width: 2, tags: ["a", "b"] });
  });

  scenario("actor's error is an error of its caller", async () => {
    await assert.rejects(counters.build(new ActorId(newId("counter"))).fail());
  });

  scenario("actor has one turn at a time", async () => {
    const counter = counters.build(new ActorId(newId("counter")));
    await Promise.all(Array.from({ length: 8 }, () => counter.overlap()));
    assert.equal(mostRunning, 1);
  });

  scenario("actor's timer fires until it is taken back", async () => {
    const id = newId("alarm");
    const alarm = alarms.build(new ActorId(id));
    await alarm.startTimer();
    await eventually(async () => fired.get(id) ?? [], (entries) => entries.length >= 2, "the timer fired twice");
    await alarm.stopTimer();
    assert.deepEqual(fired.get(id).slice(0, 2), ["timer data", "timer data"]);
  });

  scenario("actor's reminder fires until it is taken back", async () => {
    const id = newId("alarm");
    const alarm = alarms.build(new ActorId(id));
    await alarm.startReminder();
    await eventually(async () => fired.get(id) ?? [], (entries) => entries.length >= 2, "the reminder fired twice");
    await alarm.stopReminder();
    assert.deepEqual(fired.get(id).slice(0, 2), ["reminder data", "reminder data"]);
    const left = await client.daprClient.execute(`/actors/JsAlarm/${id}/reminders/remember`).then(() => "there", () => "gone");
    assert.equal(left, "gone");
  });
}
