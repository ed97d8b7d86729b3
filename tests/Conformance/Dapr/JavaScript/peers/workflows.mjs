// Workflows in JavaScript: worker and client of Dapr's SDK.
import assert from "node:assert/strict";
import { DaprWorkflowClient, WorkflowRuntime, WorkflowRuntimeStatus } from "./dapr.mjs";
import { eventually, newId, scenario } from "./runner.mjs";

const attempts = new Map();

async function plusOne(_context, input) {
  return input + 1;
}

async function square(_context, input) {
  return input * input;
}

async function breaks(_context, key) {
  attempts.set(key, (attempts.get(key) ?? 0) + 1);
  throw new Error(`broken ${attempts.get(key)}`);
}

async function recovers(_context, key) {
  attempts.set(key, (attempts.get(key) ?? 0) + 1);
  if (attempts.get(key) < 3) {
    throw new Error(`not yet ${attempts.get(key)}`);
  }
  return `fine at ${attempts.get(key)}`;
}

const jsSequence = async function* (context, input) {
  let value = input;
  for (let step = 0; step < 3; step += 1) {
    value = yield context.callActivity(plusOne, value);
  }
  return value;
};

const jsFanOut = async function* (context, count) {
  const tasks = Array.from({ length: count }, (_, number) => context.callActivity(square, number));
  const squares = yield context.whenAll(tasks);
  return squares.reduce((sum, value) => sum + value, 0);
};

const jsParent = async function* (context, childId) {
  const first = yield context.callChildWorkflow(jsSequence, 10);
  const second = yield context.callChildWorkflow(jsSequence, 20, childId);
  return [first, second];
};

const jsTimer = async function* (context) {
  const start = context.getCurrentUtcDateTime().getTime();
  yield context.createTimer(1);
  return context.getCurrentUtcDateTime().getTime() - start;
};

const jsApproval = async function* (context) {
  const approved = yield context.waitForExternalEvent("approved");
  return `approved by ${approved}`;
};

const jsRace = async function* (context) {
  const event = context.waitForExternalEvent("answer");
  const timer = context.createTimer(3600);
  const winner = yield context.whenAny([event, timer]);
  return winner === event ? "event" : "timer";
};

const jsFails = async function* (context, key) {
  return yield context.callActivity(breaks, key);
};

const jsRetries = async function* (context, key) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return yield context.callActivity(recovers, key);
    } catch (error) {
      if (attempt === 4) {
        throw error;
      }
      yield context.createTimer(0.1);
    }
  }
};

const jsGenerations = async function* (context, number) {
  const next = yield context.callActivity(plusOne, number);
  if (next < 5) {
    context.continueAsNew(next, true);
    return undefined;
  }
  return next;
};

const jsStatus = async function* (context) {
  context.setCustomStatus("waiting");
  yield context.waitForExternalEvent("go");
  return "done";
};

const workflows = { jsSequence, jsFanOut, jsParent, jsTimer, jsApproval, jsRace, jsFails, jsRetries, jsGenerations, jsStatus };

/** Starts the worker. */
export async function startWorker(options) {
  const runtime = new WorkflowRuntime(options);
  for (const [name, workflow] of Object.entries(workflows)) {
    runtime.registerWorkflowWithName(name, workflow);
  }
  for (const activity of [plusOne, square, breaks, recovers]) {
    runtime.registerActivity(activity);
  }
  await runtime.start();
  return runtime;
}

/** What workflows have to do. */
export function workflowScenarios(options) {
  const client = new DaprWorkflowClient(options);

  async function complete(workflow, input, id = newId("workflow")) {
    await client.scheduleNewWorkflow(workflow, input, id);
    const state = await client.waitForWorkflowCompletion(id, true, 25);
    assert.ok(state, `${id} has no state`);
    return state;
  }

  async function run(workflow, input, id) {
    const state = await complete(workflow, input, id);
    assert.equal(state.runtimeStatus, WorkflowRuntimeStatus.COMPLETED, state.workflowFailureDetails?.getErrorMessage?.());
    return JSON.parse(state.serializedOutput);
  }

  async function statusOf(id) {
    return (await client.getWorkflowState(id, true))?.runtimeStatus;
  }

  scenario("workflow runs activities one after the other", async () => assert.equal(await run("jsSequence", 1), 4));

  scenario("workflow fans out", async () => assert.equal(await run("jsFanOut", 40), 20540));

  scenario("workflow has children with and without an id", async () => {
    const child = newId("child");
    assert.deepEqual(await run("jsParent", child), [13, 23]);
    assert.equal(JSON.parse((await client.getWorkflowState(child, true)).serializedOutput), 23);
  });

  scenario("workflow's timer takes its time", async () => assert.ok((await run("jsTimer")) >= 1000));

  scenario("workflow waits for an external event", async () => {
    const id = newId("workflow");
    await client.scheduleNewWorkflow("jsApproval", undefined, id);
    await client.waitForWorkflowStart(id, false, 20);
    await client.raiseEvent(id, "Approved", "Ada");
    assert.equal(JSON.parse((await client.waitForWorkflowCompletion(id, true, 25)).serializedOutput), "approved by Ada");
  });

  scenario("workflow takes an event that wins against a timer", async () => {
    const id = newId("workflow");
    await client.scheduleNewWorkflow("jsRace", undefined, id);
    await client.raiseEvent(id, "answer", 1);
    assert.equal(JSON.parse((await client.waitForWorkflowCompletion(id, true, 25)).serializedOutput), "event");
  });

  scenario("workflow fails with its activity", async () => {
    const state = await complete("jsFails", newId("key"));
    assert.equal(state.runtimeStatus, WorkflowRuntimeStatus.FAILED);
    assert.match(JSON.stringify(state.workflowFailureDetails), /broken 1/);
  });

  scenario("workflow tries again", async () => assert.equal(await run("jsRetries", newId("key")), "fine at 3"));

  scenario("workflow goes on as new", async () => assert.equal(await run("jsGenerations", 1), 5));

  scenario("workflow shows a custom status", async () => {
    const id = newId("workflow");
    await client.scheduleNewWorkflow("jsStatus", undefined, id);
    await eventually(async () => (await client.getWorkflowState(id, true))?.customStatus ?? "", (status) => status.includes("waiting"), "the status is waiting");
    await client.raiseEvent(id, "go", 1);
    assert.equal((await client.waitForWorkflowCompletion(id, true, 25)).runtimeStatus, WorkflowRuntimeStatus.COMPLETED);
  });

  scenario("workflow can be terminated", async () => {
    const id = newId("workflow");
    await client.scheduleNewWorkflow("jsApproval", undefined, id);
    await client.terminateWorkflow(id, "enough");
    const state = await client.waitForWorkflowCompletion(id, true, 25);
    assert.equal(state.runtimeStatus, WorkflowRuntimeStatus.TERMINATED);
    assert.equal(JSON.parse(state.serializedOutput), "enough");
  });

  scenario("workflow can be suspended and resumed", async () => {
    const id = newId("workflow");
    await client.scheduleNewWorkflow("jsApproval", undefined, id);
    await client.waitForWorkflowStart(id, false, 20);
    await client.suspendWorkflow(id);
    await eventually(() => statusOf(id), (status) => status === WorkflowRuntimeStatus.SUSPENDED, "it is suspended");
    await client.raiseEvent(id, "approved", "Grace");
    await client.resumeWorkflow(id);
    assert.equal(JSON.parse((await client.waitForWorkflowCompletion(id, true, 25)).serializedOutput), "approved by Grace");
  });

  scenario("workflow can be purged when it ended", async () => {
    const id = newId("workflow");
    await run("jsSequence", 1, id);
    assert.equal(await client.purgeWorkflow(id), true);
    assert.equal(await client.getWorkflowState(id, true), undefined);
  });

  scenario("workflow starts at its time", async () => {
    const at = new Date(Date.now() + 1200);
    const id = newId("workflow");
    await client.scheduleNewWorkflow("jsTimer", undefined, id, at);
    assert.equal(await statusOf(id), WorkflowRuntimeStatus.PENDING);
    const state = await client.waitForWorkflowCompletion(id, true, 25);
    assert.ok(state.lastUpdatedAt >= at, `${state.lastUpdatedAt.toISOString()} against ${at.toISOString()}`);
  });
}
