using Dapr.Protocol;
using Grpc.Core;
using Serverless.Faults.Tests.Invariants;
using Serverless.Faults.Tests.Workers;

namespace Serverless.Faults.Tests;

/// <summary>Answers that come twice, late, or to a question of another execution.</summary>
public sealed class DuplicateTests
{
    [Fact]
    public async Task An_activity_that_is_completed_twice_counts_once_with_the_first_result()
    {
        await using var bench = await Bench.StartAsync();
        await using var worker = new RawWorker(bench.Address);
        await worker.CompleteTurnAsync(await bench.BeginAsync(worker, "twice"), Actions.Task(0), Actions.Task(1));
        WorkItem one = await worker.ActivityAsync(), two = await worker.ActivityAsync();

        await worker.CompleteActivityAsync(one, "\"first\"");
        await TolerateAsync(worker.CompleteActivityAsync(one, "\"second\""));
        await worker.CompleteActivityAsync(two, "\"other\"");
        await FinishAsync(worker, id: 2, answers: 2);

        var history = await EndAsync(bench, "twice");
        history.Single(entry => entry.TaskCompleted?.TaskScheduledId == one.ActivityRequest.TaskId).TaskCompleted.Result.ShouldBe("\"first\"");
        Histories.ShouldBeWhole("twice", history, isCompleted: true);
    }

    [Fact]
    public async Task An_activity_that_is_completed_after_its_workflow_changes_nothing()
    {
        await using var bench = await Bench.StartAsync();
        await using var worker = new RawWorker(bench.Address);
        await worker.CompleteTurnAsync(await bench.BeginAsync(worker, "over"), Actions.Task(0));
        var activity = await worker.ActivityAsync();
        await bench.Calls.RaiseAsync("over", "enough", "1");
        await worker.CompleteTurnAsync(await worker.TurnAsync(), Actions.Complete(1));
        var history = await EndAsync(bench, "over");

        await TolerateAsync(worker.CompleteActivityAsync(activity, "\"late\""));
        await TolerateAsync(worker.CompleteActivityAsync(activity, "\"later\""));

        (await bench.Calls.HistoryAsync("over")).ShouldBe(history);
        (await bench.Calls.GetAsync("over")).WorkflowState.Output.ShouldBe("\"done\"");
        worker.WaitingTurns.ShouldBe(0);
    }

    [Fact]
    public async Task An_answer_to_an_earlier_execution_does_not_answer_the_same_task_of_the_next()
    {
        await using var bench = await Bench.StartAsync();
        await using var worker = new RawWorker(bench.Address);
        await worker.CompleteTurnAsync(await bench.BeginAsync(worker, "anew"), Actions.Task(0));
        var stale = await worker.ActivityAsync();
        await bench.Calls.RaiseAsync("anew", "go on", "1");
        await worker.CompleteTurnAsync(await worker.TurnAsync(), Actions.ContinueAsNew(1, "2"));
        await worker.CompleteTurnAsync(await worker.TurnAsync(), Actions.Task(0));
        var current = await worker.ActivityAsync();

        await TolerateAsync(worker.CompleteActivityAsync(stale, "\"stale\""));
        await worker.CompleteActivityAsync(current, "\"current\"");
        await FinishAsync(worker, id: 1, answers: 1);

        var history = await EndAsync(bench, "anew");
        history.Single(entry => entry.TaskCompleted is not null).TaskCompleted.Result.ShouldBe("\"current\"");
        Histories.ShouldBeWhole("anew", history, isCompleted: true);
    }

    [Fact]
    public async Task An_answer_to_a_finished_instance_does_not_answer_a_new_one_of_the_same_id()
    {
        await using var bench = await Bench.StartAsync();
        await using var worker = new RawWorker(bench.Address);
        await worker.CompleteTurnAsync(await bench.BeginAsync(worker, "again"), Actions.Task(0));
        var stale = await worker.ActivityAsync();
        await bench.Calls.TerminateAsync("again");
        await bench.Calls.EndOfAsync("again");
        await worker.CompleteTurnAsync(await bench.BeginAsync(worker, "again"), Actions.Task(0));
        var current = await worker.ActivityAsync();

        await TolerateAsync(worker.CompleteActivityAsync(stale, "\"stale\""));
        await worker.CompleteActivityAsync(current, "\"current\"");
        await FinishAsync(worker, id: 1, answers: 1);

        (await EndAsync(bench, "again")).Single(entry => entry.TaskCompleted is not null).TaskCompleted.Result.ShouldBe("\"current\"");
    }

    [Fact]
    public async Task A_purged_instance_is_not_brought_back_by_late_answers()
    {
        await using var bench = await Bench.StartAsync();
        await using var worker = new RawWorker(bench.Address);
        await worker.CompleteTurnAsync(await bench.BeginAsync(worker, "gone"), Actions.Task(0));
        var activity = await worker.ActivityAsync();
        await bench.Calls.TerminateAsync("gone");
        await bench.Calls.EndOfAsync("gone");
        await bench.Calls.PurgeAsync("gone");

        await TolerateAsync(worker.CompleteActivityAsync(activity, "\"late\""));

        (await bench.Calls.GetAsync("gone")).Exists.ShouldBeFalse();
        (await bench.Calls.ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_turn_that_is_completed_twice_does_what_it_asked_for_once()
    {
        await using var bench = await Bench.StartAsync();
        await using var worker = new RawWorker(bench.Address);
        var turn = await bench.BeginAsync(worker, "turn");

        await worker.CompleteTurnAsync(turn, Actions.Task(0), Actions.Child(1, "turn-child"));
        await TolerateAsync(worker.CompleteTurnAsync(turn, Actions.Task(0), Actions.Child(1, "turn-child")));
        await TolerateAsync(worker.CompleteTurnAsync(turn, Actions.Complete(0)));

        await worker.CompleteActivityAsync(await worker.ActivityAsync(), "1");
        for (var turns = 0; turns < 2;)
        {
            var next = await worker.TurnAsync();
            var isChild = next.WorkflowRequest.InstanceId == "turn-child";
            turns += Answers(next.WorkflowRequest.NewEvents);
            await worker.CompleteTurnAsync(next, isChild || turns == 2 ? [Actions.Complete(isChild ? 0 : 2)] : []);
        }

        Histories.ShouldBeWhole("turn", await EndAsync(bench, "turn"), isCompleted: true);
        Histories.ShouldBeWhole("turn-child", await EndAsync(bench, "turn-child"), isCompleted: true);
        (worker.WaitingActivities, worker.WaitingTurns).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_turn_of_a_worker_that_is_gone_goes_to_another_and_the_first_answer_counts()
    {
        await using var bench = await Bench.StartAsync();
        WorkItem lost;
        await using (var first = new RawWorker(bench.Address))
        {
            lost = await bench.BeginAsync(first, "handed");
        }

        await using var second = new RawWorker(bench.Address);
        var turn = await second.TurnAsync();
        turn.WorkflowRequest.InstanceId.ShouldBe("handed");
        await second.CompleteTurnAsync(turn, Actions.Task(0));
        var activity = await second.ActivityAsync();

        await TolerateAsync(second.CompleteTurnAsync(lost, Actions.Complete(0, "\"zombie\"")));
        await second.CompleteActivityAsync(activity, "1");
        await FinishAsync(second, id: 1, answers: 1);

        Histories.ShouldBeWhole("handed", await EndAsync(bench, "handed"), isCompleted: true);
        (await bench.Calls.GetAsync("handed")).WorkflowState.Output.ShouldBe("\"done\"");
    }

    [Fact]
    public async Task An_activity_of_a_worker_that_is_gone_goes_to_another_and_is_recorded_once()
    {
        await using var bench = await Bench.StartAsync();
        WorkItem lost;
        await using (var first = new RawWorker(bench.Address))
        {
            await first.CompleteTurnAsync(await bench.BeginAsync(first, "activity"), Actions.Task(0, executionId: "key"));
            lost = await first.ActivityAsync();
        }

        await using var second = new RawWorker(bench.Address);
        var activity = await second.ActivityAsync();
        activity.ActivityRequest.TaskExecutionId.ShouldBe(lost.ActivityRequest.TaskExecutionId, "the key by which effects are made idempotent");

        await TolerateAsync(second.CompleteActivityAsync(lost, "\"zombie\""));
        await TolerateAsync(second.CompleteActivityAsync(activity, "\"second\""));
        await FinishAsync(second, id: 1, answers: 1);

        Histories.ShouldBeWhole("activity", await EndAsync(bench, "activity"), isCompleted: true);
    }

    [Fact]
    public async Task Two_workers_get_each_item_once()
    {
        const int width = 50;
        await using var bench = await Bench.StartAsync();
        await using var one = new RawWorker(bench.Address);
        await one.CompleteTurnAsync(await bench.BeginAsync(one, "shared"), Enumerable.Range(0, width).Select(id => Actions.Task(id)));
        await using var two = new RawWorker(bench.Address);
        await Patience.UntilAsync(() => one.WaitingActivities + two.WaitingActivities >= width, () => $"{width} activities come to the two workers");

        var ids = new List<int>();
        foreach (var worker in new[] { one, two })
        {
            for (var waiting = worker.WaitingActivities; waiting > 0; waiting--)
            {
                var activity = await worker.ActivityAsync();
                ids.Add(activity.ActivityRequest.TaskId);
                await worker.CompleteActivityAsync(activity, "1");
            }
        }

        ids.Order().ShouldBe(Enumerable.Range(0, width));
    }

    [Fact]
    public async Task Events_that_come_during_a_turn_that_begins_anew_follow_those_that_it_carries_over_none_lost_none_twice()
    {
        const int count = 25;
        await using var bench = await Bench.StartAsync();
        await using var worker = new RawWorker(bench.Address);
        var turn = await bench.BeginAsync(worker, "carried");
        await bench.Calls.RaiseAsync("carried", "item", "0");
        await worker.CompleteTurnAsync(turn);
        turn = await worker.TurnAsync();
        for (var item = 1; item < count; item++)
        {
            await bench.Calls.RaiseAsync("carried", "item", $"{item}");
        }

        var carried = turn.WorkflowRequest.NewEvents.Where(entry => entry.EventRaised is not null).ToArray();
        await worker.CompleteTurnAsync(turn, Actions.ContinueAsNew(0, "2", carried));
        var items = new List<string>();
        while (items.Count < count)
        {
            turn = await worker.TurnAsync();
            items.AddRange(turn.WorkflowRequest.NewEvents.Where(entry => entry.EventRaised is not null).Select(entry => entry.EventRaised.Input));
            await worker.CompleteTurnAsync(turn, items.Count < count ? [] : [Actions.Complete(0)]);
        }

        items.ShouldBe(Enumerable.Range(0, count).Select(item => $"{item}"));
        await EndAsync(bench, "carried");
    }

    [Fact]
    public async Task Answers_to_instances_that_never_were_do_no_harm()
    {
        await using var bench = await Bench.StartAsync();
        await using var worker = new RawWorker(bench.Address);
        await TolerateAsync(worker.Client.CompleteActivityTaskAsync(new ActivityResponse { InstanceId = "nobody", TaskId = 7, Result = "1" }).ResponseAsync);
        await TolerateAsync(worker.Client.CompleteOrchestratorTaskAsync(new WorkflowResponse { InstanceId = "nobody", Actions = { Actions.Complete(0) } }).ResponseAsync);

        (await bench.Calls.GetAsync("nobody")).Exists.ShouldBeFalse();
        await worker.CompleteTurnAsync(await bench.BeginAsync(worker, "somebody"), Actions.Complete(0));
        await EndAsync(bench, "somebody");
    }

    [Fact]
    public async Task An_answer_to_a_task_that_was_never_scheduled_is_not_kept_for_a_later_one()
    {
        await using var bench = await Bench.StartAsync();
        await using var worker = new RawWorker(bench.Address);
        var turn = await bench.BeginAsync(worker, "orphan");
        await TolerateAsync(worker.Client.CompleteActivityTaskAsync(new ActivityResponse { InstanceId = "orphan", TaskId = 0, Result = "\"orphan\"" }).ResponseAsync);

        await worker.CompleteTurnAsync(turn, Actions.Task(0));
        await worker.CompleteActivityAsync(await worker.ActivityAsync(), "\"asked for\"");
        await FinishAsync(worker, id: 1, answers: 1);

        (await EndAsync(bench, "orphan")).Single(entry => entry.TaskCompleted is not null).TaskCompleted.Result.ShouldBe("\"asked for\"");
    }

    /// <summary>A duplicate may be accepted silently or refused: what counts is what it changes.</summary>
    private static async Task TolerateAsync(Task call)
    {
        try
        {
            await call;
        }
        catch (RpcException)
        {
            // Refused.
        }
    }

    /// <summary>Goes on with turns until so many answers came, then completes the workflow.</summary>
    private static async Task FinishAsync(RawWorker worker, int id, int answers)
    {
        while (answers > 0)
        {
            var turn = await worker.TurnAsync();
            answers -= Answers(turn.WorkflowRequest.NewEvents);
            await worker.CompleteTurnAsync(turn, answers > 0 ? [] : [Actions.Complete(id)]);
        }
    }

    private static int Answers(IEnumerable<HistoryEvent> events) =>
        events.Count(entry => entry.TaskCompleted is not null || entry.ChildWorkflowInstanceCompleted is not null);

    private static async Task<IReadOnlyList<HistoryEvent>> EndAsync(Bench bench, string id)
    {
        (await bench.Calls.EndOfAsync(id)).WorkflowStatus.ShouldBe(OrchestrationStatus.Completed, id);
        return await bench.Calls.HistoryAsync(id);
    }
}
