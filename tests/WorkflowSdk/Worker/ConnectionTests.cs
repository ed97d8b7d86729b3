using Dapr.Workflow.Worker;
using Serverless.WorkflowSdk.Tests.Support;

namespace Serverless.WorkflowSdk.Tests.Worker;

public sealed class ConnectionTests
{
    [Fact]
    public async Task A_turn_and_an_activity_are_answered_with_their_tokens_and_without_execution_ids()
    {
        await using var worker = await StartAsync();
        worker.Connection.Send(WorkerHost.Request(Events.Started("5", "Double")), "token 1");
        var turn = await worker.Sidecar.TurnAsync();
        (turn.InstanceId, turn.CompletionToken, turn.Actions[0].ScheduleTask.Name).ShouldBe(("i", "token 1", "Double"));
        worker.Connection.Send(WorkerHost.Call("double", "5"));
        var result = await worker.Sidecar.ResultAsync();
        (result.InstanceId, result.TaskId, result.CompletionToken, result.Result).ShouldBe(("i", 0, "", "10"));
        worker.Sidecar.StreamHeaders!.GetValue("dapr-api-token").ShouldBe("secret");
        worker.Sidecar.StreamHeaders.GetValue("user-agent").ShouldNotBeNull().ShouldContain("dapr-sdk-dotnet/");
    }

    [Fact]
    public async Task The_worker_comes_back_when_its_stream_ends()
    {
        await using var worker = await StartAsync();
        worker.Connection.Close();
        var second = await worker.Sidecar.ConnectedAsync();
        second.Close();
        var third = await worker.Sidecar.ConnectedAsync();
        third.Send(WorkerHost.Call("Double", "4"));
        (await worker.Sidecar.ResultAsync()).Result.ShouldBe("8");
    }

    [Fact]
    public async Task Work_that_is_brought_again_is_done_and_answered_again()
    {
        await using var worker = await StartAsync();
        for (var delivery = 0; delivery < 2; delivery++)
        {
            worker.Connection.Send(WorkerHost.Request(Events.Started("5", "Double")), "same");
            (await worker.Sidecar.TurnAsync()).Actions.ShouldHaveSingleItem();
        }
    }

    [Fact]
    public async Task An_answer_that_does_not_arrive_is_sent_again_as_it_is()
    {
        await using var worker = await StartAsync();
        worker.Sidecar.Refuse(3);
        var result = await worker.ActivityAsync("Double", "5");
        (result.Result, result.FailureDetails).ShouldBe(("10", null));
        worker.Sidecar.Attempts.ShouldBe(4);
        worker.Sidecar.HasResult.ShouldBeFalse("one delivery is answered once");
    }

    [Fact]
    public async Task An_answer_is_given_up_when_its_stream_ends_and_given_when_the_work_comes_again()
    {
        await using var worker = await StartAsync();
        worker.Sidecar.Refuse(int.MaxValue);
        worker.Connection.Send(WorkerHost.Call("Double", "5"), "first");
        worker.Connection.Close();
        var second = await worker.Sidecar.ConnectedAsync();
        worker.Sidecar.Refuse(0);
        second.Send(WorkerHost.Call("Double", "5"), "second");
        var result = await worker.Sidecar.ResultAsync();
        result.Result.ShouldBe("10");
    }

    [Fact]
    public async Task Every_call_but_the_stream_has_a_deadline()
    {
        await using var worker = await StartAsync();
        worker.Sidecar.StoredHistory.AddRange([Events.TurnStarted(), Events.Started("1", "Double"), Events.Scheduled(0, "Double")]);
        var request = WorkerHost.Request(Events.Completed(0, "2"));
        request.RequiresHistoryStreaming = true;
        worker.Connection.Send(request);
        (await worker.Sidecar.TurnAsync()).Actions.ShouldHaveSingleItem().CompleteWorkflow.Result.ShouldBe("2");
        await worker.ActivityAsync("Double", "1");
        var methods = worker.Sidecar.Deadlines.Select(call => call.Method.Split('/')[^1]).Distinct().Order();
        methods.ShouldBe(["CompleteActivityTask", "CompleteOrchestratorTask", "GetInstanceHistory", "Hello"]);
        worker.Sidecar.Deadlines.ShouldAllBe(call => call.Deadline < DateTime.MaxValue);
    }

    [Fact]
    public async Task Work_of_an_unknown_kind_is_passed_over()
    {
        await using var worker = await StartAsync();
        worker.Connection.Items.Writer.TryWrite(new Dapr.Protocol.WorkItem());
        (await worker.ActivityAsync("Double", "3")).Result.ShouldBe("6");
    }

    [Fact]
    public void Waits_before_coming_back_are_random_below_a_limit_that_doubles_up_to_five_seconds()
    {
        Enumerable.Range(0, 8).Select(Backoff.Limit).Select(limit => limit.TotalMilliseconds)
            .ShouldBe([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        var first = Enumerable.Range(0, 200).Select(_ => new Backoff().Next()).ToArray();
        first.ShouldAllBe(wait => wait >= TimeSpan.Zero && wait <= TimeSpan.FromMilliseconds(100));
        first.Distinct().Count().ShouldBeGreaterThan(10);
    }

    private static Task<WorkerHost> StartAsync() => WorkerHost.StartAsync(options =>
    {
        options.RegisterWorkflow<int, int>("Double", (context, input) => context.CallActivityAsync<int>("Double", input));
        options.RegisterActivity<int, int>("Double", (_, input) => Task.FromResult(2 * input));
    });
}
