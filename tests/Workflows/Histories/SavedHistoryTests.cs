using Dapr.Protocol;

namespace Serverless.Workflows.Tests.Histories;

/// <summary>Jobs that run while the service is upgraded go on: today's code agrees with what an earlier day's has done, from any moment of it.</summary>
public sealed class SavedHistoryTests
{
    public static TheoryData<string> Names => [.. Scenarios.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_saved_history_replays_to_its_end(string scenario)
    {
        await using var replayer = await Replayer.StartAsync();
        foreach (var history in await Scenarios.ReadAsync(scenario))
        {
            var actions = await replayer.AskAsync(history.InstanceId, history.Events, []);
            actions.Select(Steps.Of).ShouldBe([Steps.Of(new HistoryEvent { ExecutionCompleted = history.End.ShouldNotBeNull(history.Name) })], history.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_turn_of_a_saved_history_is_answered_as_it_was(string scenario)
    {
        await using var replayer = await Replayer.StartAsync();
        foreach (var history in await Scenarios.ReadAsync(scenario))
        {
            var turns = history.Turns().ToList();
            turns.Sum(turn => turn.News.Count + turn.Answers.Count).ShouldBe(history.Events.Count, history.Name);
            foreach (var turn in turns)
            {
                var actions = await replayer.AskAsync(history.InstanceId, turn.Past, turn.News);
                actions.Select(Steps.Of).ShouldBe(turn.Answers.Select(Steps.Of), $"{history.Name}, after {turn.Past.Count} events");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_change_that_breaks_running_jobs_is_caught_wherever_it_is(string scenario)
    {
        await using var replayer = await Replayer.StartAsync();
        foreach (var history in await Scenarios.ReadAsync(scenario))
        {
            foreach (var at in Enumerable.Range(0, history.Events.Count).Where(at => history.Events[at].TaskScheduled is not null))
            {
                // As if the code of that day had called another activity here than today's does.
                var other = history.Events[at].Clone();
                other.TaskScheduled.Name += "OfAnotherDay";
                var actions = await replayer.AskAsync(history.InstanceId, [.. history.Events.Take(at), other, .. history.Events.Skip(at + 1)], []);
                actions.Select(Steps.Of).ShouldBe([Steps.Divergence(other.EventId)], $"{history.Name}, event {at}");
            }
        }
    }
}
