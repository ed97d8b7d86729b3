using System.Text.Json;
using Dapr.Protocol;
using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Scripted;

/// <summary>The numbered behaviours that are seen in what a worker answers to one turn: the test plays the sidecar.</summary>
public sealed class ReplayBehaviours(Worlds worlds)
{
    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_01_GUIDs_are_those_of_the_instance_id_or_of_the_execution_id(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        var past = new[] { History.Turn(), History.Started("Guids"), History.Scheduled(0, "Echo") };
        var byInstance = await world.TurnAsync(Request("order-123", [], [History.Turn(), History.Started("Guids")]));
        byInstance.Actions.Single().ScheduleTask.Input.ShouldBe("\"0934463e-de69-5469-ad7e-78b132894c94\"");

        var secondTurn = await world.TurnAsync(Request("order-123", past, [History.Turn(1), History.Completed(0, "\"0934463e-de69-5469-ad7e-78b132894c94\"")]));
        secondTurn.Actions.Single().ScheduleTask.Input.ShouldBe("\"3b2be35d-94c8-5496-94a6-22171d69f910\"");

        var request = Request("same-instance", [], [History.Turn(), History.Started("Guids")]);
        request.ExecutionId = "exec-1";
        (await world.TurnAsync(request)).Actions.Single().ScheduleTask.Input.ShouldBe("\"95a5a27f-d381-5fb9-8cdb-05e2eb4d1fd5\"");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_02_Task_execution_ids_are_those_of_the_vectors(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        var answer = await world.TurnAsync(Request("order-123", [], [History.Turn(), History.Started("callsMyActivity")]));
        answer.Actions.Single().ScheduleTask.TaskExecutionId.ShouldBe("0d48d0af55a45222b020b7c5e376ca3c");

        var request = Request("same-instance", [], [History.Turn(), History.Started("callsMyActivity")]);
        request.ExecutionId = "exec-1";
        (await world.TurnAsync(request)).Actions.Single().ScheduleTask.TaskExecutionId.ShouldBe("074287a28b325520a5c6951c334198a2");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_03_A_fan_out_is_one_answer_with_ids_from_zero(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        var answer = await world.TurnAsync(Request(SdkWorld.NewId(), [], [History.Turn(), History.Started("Squares", "[1,2,3,4]")]));
        answer.Actions.Select(action => action.Id).ShouldBe([0, 1, 2, 3]);
        answer.Actions.ShouldAllBe(action => action.ScheduleTask.Name == "Square");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_03_A_fan_out_goes_on_only_when_every_task_ended(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        HistoryEvent[] past = [History.Turn(), History.Started("Squares", "[1,2,3]"), .. Enumerable.Range(0, 3).Select(id => History.Scheduled(id, "Square"))];
        var half = await world.TurnAsync(Request(SdkWorld.NewId(), past, [History.Turn(1), History.Completed(2, "9"), History.Completed(0, "1")]));
        half.Actions.ShouldBeEmpty();

        var whole = await world.TurnAsync(Request(SdkWorld.NewId(), past, [History.Turn(1), History.Completed(2, "9"), History.Completed(0, "1"), History.Completed(1, "4")]));
        Output(whole).ShouldBe("[1,4,9]");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_04_The_winner_is_the_first_completion_in_the_history(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        HistoryEvent[] past = [History.Turn(), History.Started("FirstOf", "[\"a\",\"b\",\"c\"]"), .. Enumerable.Range(0, 3).Select(id => History.Scheduled(id, "Gate"))];
        var answer = await world.TurnAsync(Request(SdkWorld.NewId(), past, [History.Turn(1), History.Completed(2, "\"c\""), History.Completed(0, "\"a\"")]));
        Output(answer).ShouldBe("\"c\"");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_05_A_completion_before_its_scheduling_is_kept_and_its_duplicate_ignored(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        HistoryEvent[] past = [History.Turn(), History.Started("Guids"), History.Completed(1, "\"00000000-0000-0000-0000-000000000002\""), History.Scheduled(0, "Echo"), History.Scheduled(1, "Echo")];
        var answer = await world.TurnAsync(Request(SdkWorld.NewId(), past,
        [
            History.Turn(1),
            History.Completed(1, "\"00000000-0000-0000-0000-000000000003\""),
            History.Completed(0, "\"00000000-0000-0000-0000-000000000001\""),
        ]));
        var seen = JsonDocument.Parse(Output(answer)).RootElement.GetProperty("seen").EnumerateArray().Select(item => item.GetString());
        seen.ShouldBe(["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"]);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_06_A_completion_with_a_foreign_task_id_is_matched_by_its_execution_id(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        var id = SdkWorld.NewId();
        var first = await world.TurnAsync(Request(id, [], [History.Turn(), History.Started("callsMyActivity", "\"x\"", id)]));
        var executionId = first.Actions.Single().ScheduleTask.TaskExecutionId;
        var answer = await world.TurnAsync(Request(id, [History.Turn(), History.Started("callsMyActivity", "\"x\"", id), History.Scheduled(0, "MyActivity")],
            [History.Turn(1), History.Completed(77, "\"found\"", executionId: executionId)]));
        Output(answer).ShouldBe("\"found\"");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_07_What_the_history_holds_is_not_asked_for_again(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        HistoryEvent[] past = [History.Turn(), History.Started("FirstOf", "[\"a\",\"b\"]"), History.Scheduled(0, "Gate"), History.Scheduled(1, "Gate")];
        (await world.TurnAsync(Request(SdkWorld.NewId(), past, [History.Turn(1)]))).Actions.ShouldBeEmpty();
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_16_The_clock_is_the_time_of_the_turn_and_the_same_in_every_replay(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        var first = await world.TurnAsync(Request(SdkWorld.NewId(), [], [History.Turn(), History.Started("Clock")]));
        var said = first.Actions.Single().ScheduleTask.Input;
        JsonDocument.Parse(said).RootElement.GetDateTime().ShouldBe(History.Start);

        HistoryEvent[] past = [History.Turn(), History.Started("Clock"), History.Scheduled(0, "Echo"), History.Turn(5), History.Completed(0, said, seconds: 5), History.Scheduled(1, "Echo")];
        var last = await world.TurnAsync(Request(SdkWorld.NewId(), past, [History.Turn(9), History.Completed(1, said, seconds: 9)]));
        var report = JsonDocument.Parse(Output(last)).RootElement;
        report.GetProperty("start").GetDateTime().ShouldBe(History.Start);
        report.GetProperty("middle").GetDateTime().ShouldBe(History.Start.AddSeconds(5));
        report.GetProperty("end").GetDateTime().ShouldBe(History.Start.AddSeconds(9));
        report.GetProperty("kind").GetString().ShouldBe("Utc");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_28_A_completion_that_could_not_be_delivered_never_becomes_a_failure(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        var id = SdkWorld.NewId();
        world.Hub.RefuseActivities(id, times: 1);
        var item = new WorkItem
        {
            ActivityRequest = new ActivityRequest { Name = "Square", Input = "12", TaskId = 3, TaskExecutionId = "e", WorkflowInstance = new WorkflowInstance { InstanceId = id } },
        };
        await world.Hub.SendAsync(item);
        var refused = await world.WaitAsync(world.Hub.ActivityOfAsync(id), "a completion");
        await world.Hub.SendAsync(item);
        var accepted = await world.WaitAsync(world.Hub.ActivityOfAsync(id), "the completion of the item that was delivered again");
        foreach (var response in new[] { refused, accepted })
        {
            response.FailureDetails.ShouldBeNull();
            response.Result.ShouldBe("144");
            response.TaskId.ShouldBe(3);
        }
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_29_Patches_are_stamped_turn_by_turn(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        var first = await world.TurnAsync(Request(SdkWorld.NewId(), [], [History.Turn(), History.Started("Patched")]));
        first.Version.Patches.ShouldBe(["p1"]);

        HistoryEvent[] patched = [History.Turn(0, "p1"), History.Started("Patched"), History.Scheduled(0, "Greet")];
        var second = await world.TurnAsync(Request(SdkWorld.NewId(), patched, [History.Turn(1), History.Completed(0, "\"x\"")]));
        Output(second).ShouldBe("[true,true,true]");
        second.Version.Patches.ShouldBe(["p1", "p2", "p1"]);

        HistoryEvent[] unpatched = [History.Turn(), History.Started("Patched"), History.Scheduled(0, "Greet")];
        var old = await world.TurnAsync(Request(SdkWorld.NewId(), unpatched, [History.Turn(1), History.Completed(0, "\"x\"")]));
        JsonDocument.Parse(Output(old)).RootElement[0].GetBoolean().ShouldBeFalse("an instance that began before the patch stays without it");
    }

    private static string Output(WorkflowResponse response)
    {
        var end = response.Actions.Single().CompleteWorkflow;
        end.ShouldNotBeNull($"{response}");
        end.WorkflowStatus.ShouldBe(OrchestrationStatus.Completed, $"{response}");
        return end.Result;
    }

    private static WorkflowRequest Request(string id, IEnumerable<HistoryEvent> past, IEnumerable<HistoryEvent> fresh) =>
        new() { InstanceId = id, PastEvents = { past }, NewEvents = { fresh } };
}
