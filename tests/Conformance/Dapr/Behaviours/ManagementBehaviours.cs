using System.Text.Json;
using Dapr.Protocol;
using Grpc.Core;
using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Behaviours;

/// <summary>What a client does with instances.</summary>
public sealed class ManagementBehaviours(Worlds worlds)
{
    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_19_A_suspended_instance_stands_still_and_keeps_its_events(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("Approval");
        await world.App.GetAsync<JsonElement>($"instances/{id}/start");
        await world.App.PostAsync<JsonElement>($"instances/{id}/suspension");
        await Eventually.IsAsync(() => world.StateAsync(id), state => state.Status == "Suspended", $"{id} is suspended");

        await world.RaiseAsync(id, "approved", "while suspended");
        await world.RunAsync<string>("inline", "another workflow's whole life");
        (await world.StateAsync(id)).Status.ShouldBe("Suspended");

        await world.App.PostAsync<JsonElement>($"instances/{id}/resumption");
        (await world.CompletionAsync(id)).OutputAs<string>().ShouldBe("while suspended");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_19_A_resumed_instance_runs(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("Approval");
        await world.App.PostAsync<JsonElement>($"instances/{id}/suspension");
        await Eventually.IsAsync(() => world.StateAsync(id), state => state.Status == "Suspended", $"{id} is suspended");
        await world.App.PostAsync<JsonElement>($"instances/{id}/resumption");
        (await Eventually.IsAsync(() => world.StateAsync(id), state => state.Status == "Running", $"{id} runs")).Running.ShouldBeTrue();
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_20_Termination_ends_an_instance_and_its_children(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var (id, child) = (SdkWorld.NewId(), SdkWorld.NewId("child"));
        await world.ScheduleAsync("Parent", new { child = "Inbox", childId = child }, id);
        await Eventually.IsAsync(() => world.StateAsync(child), state => state.Status == "Running", $"{child} runs");
        await world.App.PostAsync<JsonElement>($"instances/{id}/termination", new { value = "enough" });
        var state = await world.CompletionAsync(id);
        state.Status.ShouldBe("Terminated");
        state.Completed.ShouldBeTrue();
        (await world.CompletionAsync(child)).Status.ShouldBe("Terminated");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_20_A_terminated_child_is_a_failure_for_its_parent(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var (id, child) = (SdkWorld.NewId(), SdkWorld.NewId("child"));
        await world.ScheduleAsync("Parent", new { child = "Inbox", childId = child }, id);
        await Eventually.IsAsync(() => world.StateAsync(child), state => state.Status == "Running", $"{child} runs");
        await world.App.PostAsync<JsonElement>($"instances/{child}/termination");
        (await world.CompletionAsync(id)).OutputAs<JsonElement>().GetProperty("message").GetString().ShouldBe("Child workflow 'Inbox' failed");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_21_A_finished_instance_can_be_purged_once(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId();
        await world.RunAsync<string>("inline", "x", id);
        (await world.App.PostAsync<bool>($"instances/{id}/purge")).ShouldBeTrue();
        (await world.StateAsync(id)).Exists.ShouldBeFalse();
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_21_An_instance_that_has_not_ended_cannot_be_purged(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("Approval");
        await world.App.PostAsync<JsonElement>($"instances/{id}/suspension");
        await Eventually.IsAsync(() => world.StateAsync(id), state => state.Status == "Suspended", $"{id} is suspended");
        var refusal = await Should.ThrowAsync<AppErrorException>(() => world.App.PostAsync<bool>($"instances/{id}/purge"));
        refusal.Error.Type.ShouldBe("Grpc.Core.RpcException");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_22_An_instance_that_is_not_there_does_not_exist(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var state = await world.StateAsync(SdkWorld.NewId());
        state.Exists.ShouldBeFalse();
        state.Status.ShouldBe("Unknown");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_23_A_wait_ends_when_its_token_is_cancelled(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("Approval");
        var cancelled = await Should.ThrowAsync<AppErrorException>(() => world.App.GetAsync<StateView>($"instances/{id}/completion?patienceInMilliseconds=300"));
        cancelled.Error.Type.ShouldBeOneOf("System.OperationCanceledException", "System.Threading.Tasks.TaskCanceledException");
        (await world.StateAsync(id)).Status.ShouldBe("Running");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_24_An_instance_with_a_start_time_waits_for_it(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var later = TimeProvider.System.GetUtcNow().AddHours(1);
        var id = await world.ScheduleAsync("inline", "later", startAt: later);
        (await world.StateAsync(id)).Status.ShouldBe("Pending");
        (await world.RawStateAsync(id)).ScheduledStartTimestamp.ToDateTimeOffset().ShouldBe(later);
        await world.App.PostAsync<JsonElement>($"instances/{id}/termination");

        var soon = TimeProvider.System.GetUtcNow().AddSeconds(1.2);
        var second = await world.ScheduleAsync("Clock", startAt: soon);
        (await world.CompletionAsync(second)).OutputAs<JsonElement>().GetProperty("start").GetDateTimeOffset().ShouldBeGreaterThanOrEqualTo(soon);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_24_An_instance_without_an_id_gets_one(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.App.PostAsync<string>("workflows/inline", new { value = "x" });
        Guid.TryParse(id, out _).ShouldBeTrue(id);
        (await world.CompletionAsync(id)).OutputAs<string>().ShouldBe("inline x");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_25_A_custom_status_is_seen_while_the_instance_runs_and_after_it(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("Statuses");
        var running = await Eventually.IsAsync(() => world.StateAsync(id), state => state.CustomStatus is not null, $"{id} says where it stands");
        running.CustomStatus!.Value.GetProperty("phase").GetString().ShouldBe("waiting");
        await world.RaiseAsync(id, "go");
        (await world.CompletionAsync(id)).CustomStatus!.Value.GetProperty("phase").GetString().ShouldBe("gone");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Instances_are_listed_in_pages(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var mine = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => world.ScheduleAsync("Approval")));
        var listed = new List<string>();
        for (string? token = ""; token is not null;)
        {
            var page = await world.App.GetAsync<PageView>($"instances?pageSize=2{(token.Length > 0 ? $"&token={Uri.EscapeDataString(token)}" : "")}");
            page.InstanceIds.Length.ShouldBeLessThanOrEqualTo(2);
            listed.AddRange(page.InstanceIds);
            token = page.ContinuationToken is { Length: > 0 } next ? next : null;
        }

        mine.ShouldBeSubsetOf(listed);
        listed.Distinct().Count().ShouldBe(listed.Count);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task An_active_id_is_refused_and_a_finished_one_is_replaced(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = await world.ScheduleAsync("Approval");
        var refusal = await Should.ThrowAsync<RpcException>(async () => await world.TaskHub.StartInstanceAsync(new CreateInstanceRequest { InstanceId = id, Name = "Approval" }));
        refusal.StatusCode.ShouldBe(StatusCode.Unknown);
        refusal.Status.Detail.ShouldContain($"an active workflow with ID '{id}' already exists");

        await world.RaiseAsync(id, "approved", "first");
        (await world.CompletionAsync(id)).OutputAs<string>().ShouldBe("first");
        (await world.RunAsync<string>("inline", "second", id)).ShouldBe("inline second");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task The_history_of_an_instance_can_be_read(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId();
        await world.RunAsync<int[]>("Squares", new[] { 3 }, id);
        var history = await world.App.GetAsync<string[]>($"instances/{id}/history");
        history.ShouldContain("TaskScheduled 0");
        history.Select(item => item.Split(' ')[0]).ShouldBe(
            ["OrchestratorStarted", "ExecutionStarted", "TaskScheduled", "OrchestratorStarted", "TaskCompleted", "ExecutionCompleted"]);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task A_finished_instance_can_be_run_again_from_an_event(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var (id, again) = (SdkWorld.NewId(), SdkWorld.NewId());
        await world.RunAsync<int[]>("Squares", new[] { 3, 4 }, id);
        (await world.App.PostAsync<string>($"instances/{id}/rerun?eventId=1&newId={again}")).ShouldBe(again);
        (await world.CompletionAsync(again)).OutputAs<int[]>().ShouldBe([9, 16]);
    }

    private sealed record PageView(string[] InstanceIds, string? ContinuationToken);
}
