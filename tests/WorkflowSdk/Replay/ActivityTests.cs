using Dapr.Workflow;
using Serverless.WorkflowSdk.Tests.Support;
using static Serverless.WorkflowSdk.Tests.Support.Events;

namespace Serverless.WorkflowSdk.Tests.Replay;

public sealed class ActivityTests
{
    [Fact]
    public void A_fan_out_asks_for_every_activity_in_one_turn()
    {
        var result = Turn.First(FanOut);
        result.Actions.Select(action => (action.Id, action.ScheduleTask.Name, action.ScheduleTask.Input))
            .ShouldBe([(0, "A", "0"), (1, "A", "1"), (2, "A", "2")]);
        result.Actions.Select(action => action.ScheduleTask.TaskExecutionId).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void A_fan_out_goes_on_when_all_have_ended_and_keeps_the_order_of_the_calls()
    {
        var scheduled = new[] { Scheduled(0, "A"), Scheduled(1, "A"), Scheduled(2, "A") };
        Turn.Next(FanOut, scheduled, Completed(2, "22"), Completed(0, "20")).Actions.ShouldBeEmpty();
        var result = Turn.Next(FanOut, [.. scheduled, Completed(2, "22"), Completed(0, "20")], Completed(1, "21"));
        result.Completion.Result.ShouldBe("[20,21,22]");
    }

    [Fact]
    public void The_first_of_several_is_the_one_whose_end_comes_first_in_the_history()
    {
        static async Task<string?> Race(WorkflowContext context)
        {
            var a = context.CallActivityAsync<string>("A");
            var b = context.CallActivityAsync<string>("B");
            return await (await Task.WhenAny(a, b));
        }

        Turn.Next(Race, [Scheduled(0, "A"), Scheduled(1, "B")], Completed(1, "\"b\""), Completed(0, "\"a\"")).Completion.Result.ShouldBe("\"b\"");
    }

    [Fact]
    public void An_end_that_precedes_its_beginning_is_kept_and_a_second_one_ignored()
    {
        var result = Turn.Next(Sequence, [Completed(0, "1"), Completed(0, "99"), Scheduled(0, "A"), Scheduled(1, "B")], Completed(1, "2"), Completed(0, "99"));
        result.Completion.Result.ShouldBe("3");
    }

    [Fact]
    public void An_end_under_another_id_is_matched_by_its_execution_id()
    {
        var executionId = Turn.First(Sequence).Actions[0].ScheduleTask.TaskExecutionId;
        var result = Turn.Next(Sequence, [Scheduled(0, "A", executionId)], Completed(77, "1", executionId));
        result.Actions.ShouldHaveSingleItem().ScheduleTask.Name.ShouldBe("B");
    }

    [Fact]
    public void An_early_end_under_another_id_is_matched_by_its_execution_id()
    {
        var executionId = Turn.First(Sequence).Actions[0].ScheduleTask.TaskExecutionId;
        static async Task<int> Later(WorkflowContext context)
        {
            await context.WaitForExternalEventAsync<object>("go");
            return await Sequence(context);
        }

        var result = Turn.First(Later, Completed(77, "1", executionId), Raised("go"));
        result.Actions.Select(action => action.ScheduleTask.Name).ShouldBe(["A", "B"]);
    }

    [Fact]
    public void What_the_history_has_is_not_asked_for_again() =>
        Turn.Next(FanOut, [Scheduled(0, "A"), Scheduled(1, "A"), Scheduled(2, "A")]).Actions.ShouldBeEmpty();

    [Fact]
    public void A_failure_reaches_the_code_as_an_exception()
    {
        static async Task<string> Catch(WorkflowContext context)
        {
            try
            {
                await context.CallActivityAsync("A");
                return "";
            }
            catch (WorkflowTaskFailedException failure)
            {
                return $"{failure.Message}|{failure.FailureDetails.ErrorType}|{failure.FailureDetails.IsCausedBy<ArgumentException>()}";
            }
        }

        Turn.Next(Catch, [Scheduled(0, "A")], Failed(0, "boom", "System.ArgumentNullException")).Completion.Result
            .ShouldBe("\"Task failed: boom|System.ArgumentNullException|True\"");
    }

    [Fact]
    public void A_result_that_cannot_be_read_is_an_error_of_the_call()
    {
        var result = Turn.Next(Sequence, [Scheduled(0, "A")], Completed(0, "{not json"));
        result.Completion.FailureDetails.ErrorType.ShouldBe("System.Text.Json.JsonException");
    }

    [Fact]
    public void Another_app_is_addressed_by_both_routers()
    {
        static Task<int> Elsewhere(WorkflowContext context) => context.CallActivityAsync<int>("A", 1, new WorkflowTaskOptions(TargetAppId: "other"));
        var action = Turn.Run(Elsewhere, [], [TurnStarted(), Started(appId: "mine")]).Actions.ShouldHaveSingleItem();
        action.Router.ShouldBe(action.ScheduleTask.Router);
        (action.Router.SourceAppID, action.Router.TargetAppID).ShouldBe(("mine", "other"));
    }

    private static Task<int[]> FanOut(WorkflowContext context) =>
        Task.WhenAll(Enumerable.Range(0, 3).Select(number => context.CallActivityAsync<int>("A", number)));

    private static async Task<int> Sequence(WorkflowContext context) =>
        await context.CallActivityAsync<int>("A") + await context.CallActivityAsync<int>("B");
}
