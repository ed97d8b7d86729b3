using Dapr.Protocol;
using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Scripted;

/// <summary>Retries and external events, turn by turn.</summary>
public sealed class RetryAndEventBehaviours(Worlds worlds)
{
    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_08_A_failed_attempt_is_answered_with_one_timer_of_the_policy_s_delay(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        var id = SdkWorld.NewId();
        var started = History.Started("Retrying", """{"attempts":3,"failures":9,"firstSeconds":1,"coefficient":2}""");
        var first = (await world.TurnAsync(Request(id, [], [History.Turn(), started]))).Actions.Single().ScheduleTask;

        HistoryEvent[] past = [History.Turn(), started, History.Scheduled(0, "Boom")];
        var second = (await world.TurnAsync(Request(id, past, [History.Turn(10), History.Failed(0, "boom 1", 10)]))).Actions.Single();
        second.Id.ShouldBe(1);
        second.CreateTimer.FireAt.ToDateTime().ShouldBe(History.Start.AddSeconds(11));
        second.CreateTimer.ActivityRetry.TaskExecutionId.ShouldBe(first.TaskExecutionId);

        var fireAt = History.Start.AddSeconds(11);
        past = [.. past, History.Turn(10), History.Failed(0, "boom 1", 10), History.TimerCreated(1, fireAt)];
        var third = (await world.TurnAsync(Request(id, past, [History.Turn(11), History.TimerFired(1, fireAt, 11)]))).Actions.Single();
        third.Id.ShouldBe(2);
        third.ScheduleTask.TaskExecutionId.ShouldNotBe(first.TaskExecutionId);

        past = [.. past, History.Turn(11), History.TimerFired(1, fireAt, 11), History.Scheduled(2, "Boom")];
        var fourth = (await world.TurnAsync(Request(id, past, [History.Turn(20), History.Failed(2, "boom 2", 20)]))).Actions.Single();
        fourth.CreateTimer.FireAt.ToDateTime().ShouldBe(History.Start.AddSeconds(22));
        fourth.CreateTimer.ActivityRetry.TaskExecutionId.ShouldBe(first.TaskExecutionId);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_14_A_wait_of_no_time_ends_at_once_and_needs_no_timer(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        var answer = await world.TurnAsync(Request(SdkWorld.NewId(), [], [History.Turn(), History.Started("TimedAnswer", """{"milliseconds":0}""")]));
        answer.Actions.Single().CompleteWorkflow.Result.ShouldBe("""["too late"]""");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_14_A_wait_without_a_limit_has_a_timer_at_the_end_of_time(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        var answer = await world.TurnAsync(Request(SdkWorld.NewId(), [], [History.Turn(), History.Started("TimedAnswer", """{"milliseconds":-1}""")]));
        var timer = answer.Actions.Single().CreateTimer;
        timer.FireAt.Seconds.ShouldBe(253402300799);
        timer.FireAt.Nanos.ShouldBe(999_999_999);
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_14_A_wait_with_a_limit_says_in_its_timer_which_event_it_is_for(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        var answer = await world.TurnAsync(Request(SdkWorld.NewId(), [], [History.Turn(), History.Started("TimedAnswer", """{"milliseconds":1500}""")]));
        var timer = answer.Actions.Single().CreateTimer;
        timer.ExternalEvent.Name.ShouldBe("answer");
        timer.FireAt.ToDateTime().ShouldBe(History.Start.AddMilliseconds(1500));
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_18_Events_that_were_not_taken_go_into_the_next_generation(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        HistoryEvent[] past = [History.Turn(), History.Started("Signals", """{"expected":9,"seen":[]}""")];
        var answer = await world.TurnAsync(Request(SdkWorld.NewId(), past, [History.Turn(1), History.Raised("signal", "1"), History.Raised("signal", "2"), History.Raised("signal", "3")]));
        var end = answer.Actions.Single().CompleteWorkflow;
        end.WorkflowStatus.ShouldBe(OrchestrationStatus.ContinuedAsNew);
        end.CarryoverEvents.Select(item => item.EventRaised.Input).ShouldBe(["2", "3"]);
        end.Result.ShouldBe("""{"expected":9,"seen":[1]}""");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_23_The_wait_for_an_instance_that_is_not_there_is_refused(Sdk sdk)
    {
        var world = await worlds.ScriptedAsync(sdk);
        var refusal = await Should.ThrowAsync<AppErrorException>(() => world.App.GetAsync<StateView>("instances/nobody/completion"));
        refusal.Error.Type.ShouldBe("System.InvalidOperationException");
        refusal.Error.Message.ShouldBe("Workflow instance 'nobody' does not exist");
    }

    private static WorkflowRequest Request(string id, IEnumerable<HistoryEvent> past, IEnumerable<HistoryEvent> fresh) =>
        new() { InstanceId = id, PastEvents = { past }, NewEvents = { fresh } };
}
