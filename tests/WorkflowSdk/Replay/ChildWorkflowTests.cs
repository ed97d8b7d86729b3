using Dapr.Protocol;
using Dapr.Workflow;
using Serverless.WorkflowSdk.Tests.Support;
using static Serverless.WorkflowSdk.Tests.Support.Events;

namespace Serverless.WorkflowSdk.Tests.Replay;

public sealed class ChildWorkflowTests
{
    [Fact]
    public void A_child_without_an_id_gets_the_next_of_the_sequence_and_one_with_an_id_keeps_it()
    {
        static Task<int[]> Two(WorkflowContext context) => Task.WhenAll(
            context.CallChildWorkflowAsync<int>("C", 1),
            context.CallChildWorkflowAsync<int>("C", 2, new ChildWorkflowTaskOptions("mine")));
        var result = Turn.Run(Two, [], [TurnStarted(), Started()], instanceId: "g1");
        result.Actions.Select(action => (action.Id, action.CreateChildWorkflow.InstanceId, action.CreateChildWorkflow.Input))
            .ShouldBe([(0, "03d244e1-36dd-5e92-bfc1-4347688c29ef", "1"), (1, "mine", "2")]);
    }

    [Fact]
    public void A_child_that_the_history_numbers_differently_is_matched_by_its_instance_id()
    {
        var result = Turn.Next(Pair, [ChildCreated(7, "C", "b"), ChildCreated(8, "C", "a")], ChildCompleted(8, "1"), ChildCompleted(7, "2"));
        result.Completion.Result.ShouldBe("[1,2]");
    }

    [Fact]
    public void The_end_of_such_a_child_may_precede_its_beginning()
    {
        static async Task<int[]> Later(WorkflowContext context)
        {
            await context.WaitForExternalEventAsync<object>("go");
            return await Pair(context);
        }

        Turn.Next(Later, [ChildCompleted(8, "1"), Raised("go"), ChildCreated(7, "C", "b"), ChildCreated(8, "C", "a")], ChildCompleted(7, "2"))
            .Completion.Result.ShouldBe("[1,2]");
    }

    [Fact]
    public void Numbers_that_are_swapped_in_the_history_lead_each_end_to_its_child()
    {
        static async Task<int[]> Later(WorkflowContext context)
        {
            await context.WaitForExternalEventAsync<object>("go");
            return await Pair(context);
        }

        HistoryEvent[] swapped = [ChildCompleted(1, "1"), ChildCompleted(0, "2"), Raised("go"), ChildCreated(0, "C", "b"), ChildCreated(1, "C", "a")];
        Turn.Next(Later, swapped).Completion.Result.ShouldBe("[1,2]");
    }

    [Fact]
    public void A_child_with_another_instance_id_is_matched_by_its_number() =>
        Turn.Next(Pair, [ChildCreated(0, "C", "of another run"), ChildCreated(1, "C", "b")], ChildCompleted(0, "1"), ChildCompleted(1, "2"))
            .Completion.Result.ShouldBe("[1,2]");

    [Fact]
    public void A_failure_says_which_child_failed_and_why()
    {
        static async Task<string> Catch(WorkflowContext context)
        {
            try
            {
                await context.CallChildWorkflowAsync("C");
                return "";
            }
            catch (WorkflowTaskFailedException failure)
            {
                return $"{failure.Message}|{failure.FailureDetails}";
            }
        }

        var created = Turn.First(Catch).Actions[0].CreateChildWorkflow.InstanceId;
        Turn.Next(Catch, [ChildCreated(0, "C", created)], ChildFailed(0, "gone", "X.Y")).Completion.Result
            .ShouldBe("\"Child workflow \\u0027C\\u0027 failed|X.Y: gone\"");
    }

    [Fact]
    public void What_is_shown_of_the_history_travels_with_the_call()
    {
        static Task<int> Show(WorkflowContext context) => context.CallChildWorkflowAsync<int>(
            "C", null, new ChildWorkflowTaskOptions().WithHistoryPropagation(Dapr.Workflow.HistoryPropagationScope.Lineage));
        Turn.First(Show).Actions[0].CreateChildWorkflow.HistoryPropagationScope.ShouldBe(Dapr.Protocol.HistoryPropagationScope.Lineage);
        var plain = Turn.First(context => context.CallChildWorkflowAsync<int>("C")).Actions[0].CreateChildWorkflow;
        plain.HasHistoryPropagationScope.ShouldBeFalse();
    }

    private static Task<int[]> Pair(WorkflowContext context) => Task.WhenAll(
        context.CallChildWorkflowAsync<int>("C", null, new ChildWorkflowTaskOptions("a")),
        context.CallChildWorkflowAsync<int>("C", null, new ChildWorkflowTaskOptions("b")));
}
