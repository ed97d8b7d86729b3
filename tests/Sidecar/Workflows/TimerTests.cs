using Dapr.Protocol;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Time.Testing;
using Serverless.Sidecar.Tests.Workflows.Harness;

namespace Serverless.Sidecar.Tests.Workflows;

public sealed class TimerTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_timer_fires_when_it_is_due_and_not_before()
    {
        var due = _time.GetUtcNow().AddSeconds(10);
        await using var host = await WorkflowHost.StartAsync(inMemory: true, _ => WorkflowHost.Options(null, time: _time));
        await using var worker = await host.ConnectAsync(Sleeper(due));
        await host.ScheduleAsync("Sleeper", "sleeper");
        await host.UntilAsync("sleeper", OrchestrationStatus.Running);

        _time.Advance(TimeSpan.FromMilliseconds(9_999));
        (await host.StateAsync("sleeper")).WorkflowStatus.ShouldBe(OrchestrationStatus.Running);
        AdvanceInSteps(TimeSpan.FromSeconds(2));

        var fired = (await host.EndAsync("sleeper")).Output;
        DateTimeOffset.Parse(fired).ShouldBeGreaterThanOrEqualTo(due);
    }

    [Fact]
    public async Task A_timer_survives_the_sidecar_and_fires_at_once_if_it_fell_due_meanwhile()
    {
        var due = _time.GetUtcNow().AddHours(1);
        await using var host = await WorkflowHost.StartAsync(options: options => WorkflowHost.Options(options.StateFile, time: _time));
        await using (await host.ConnectAsync(Sleeper(due)))
        {
            await host.ScheduleAsync("Sleeper", "sleeper");
            await host.UntilAsync("sleeper", OrchestrationStatus.Running);
        }

        await host.StopAsync();
        _time.Advance(TimeSpan.FromHours(2));
        await host.StartAsync(options => WorkflowHost.Options(options.StateFile, time: _time));
        await using var worker = await host.ConnectAsync(Sleeper(due));
        AdvanceInSteps(TimeSpan.FromSeconds(2));

        (await host.EndAsync("sleeper")).WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
    }

    [Fact]
    public async Task A_start_at_a_later_time_is_pending_until_then()
    {
        await using var host = await WorkflowHost.StartAsync(inMemory: true, _ => WorkflowHost.Options(null, time: _time));
        await using var worker = await host.ConnectAsync(new WorkerScript().Workflow("Now", turn => turn.Complete("done")));
        await host.Client.StartInstanceAsync(new CreateInstanceRequest
        {
            InstanceId = "later",
            Name = "Now",
            ScheduledStartTimestamp = Timestamp.FromDateTimeOffset(_time.GetUtcNow().AddMinutes(1)),
        });

        (await host.StateAsync("later")).WorkflowStatus.ShouldBe(OrchestrationStatus.Pending);
        AdvanceInSteps(TimeSpan.FromSeconds(59));
        (await host.StateAsync("later")).WorkflowStatus.ShouldBe(OrchestrationStatus.Pending);
        AdvanceInSteps(TimeSpan.FromSeconds(2));

        (await host.EndAsync("later")).Output.ShouldBe("done");
    }

    [Fact]
    public async Task What_ended_is_kept_as_long_as_retention_says_and_an_id_used_again_is_not_affected()
    {
        var retention = new global::Dapr.Sidecar.WorkflowRetention { Completed = TimeSpan.FromMinutes(1) };
        await using var host = await WorkflowHost.StartAsync(inMemory: true, _ => WorkflowHost.Options(null, time: _time, retention: retention));
        await using var worker = await host.ConnectAsync(new WorkerScript().Workflow("Now", turn => turn.Complete("done")).Workflow("Fails", turn => turn.Fail("no")));
        await host.ScheduleAsync("Now", "gone");
        await host.ScheduleAsync("Now", "again");
        await host.ScheduleAsync("Fails", "failed");
        await host.EndAsync("gone");
        await host.EndAsync("again");
        await host.EndAsync("failed");
        AdvanceInSteps(TimeSpan.FromSeconds(30));
        await host.ScheduleAsync("Now", "again");
        await host.EndAsync("again");

        AdvanceInSteps(TimeSpan.FromSeconds(32));

        await Eventually.AsyncAsync(async () => await host.StateAsync("gone") is null, () => "The instance was kept.");
        (await host.StateAsync("again")).WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
        (await host.StateAsync("failed")).WorkflowStatus.ShouldBe(OrchestrationStatus.Failed);
    }

    private static WorkerScript Sleeper(DateTimeOffset due) => new WorkerScript().Workflow("Sleeper", turn =>
    {
        if (turn.Timer(0, due) is { } fired)
        {
            turn.Complete(fired.Timestamp.ToDateTimeOffset().ToString("O"));
        }
    });

    private void AdvanceInSteps(TimeSpan span)
    {
        for (var i = 0; i < span.TotalMilliseconds / 500; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
        }
    }
}
