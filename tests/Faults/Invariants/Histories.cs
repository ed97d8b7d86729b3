using Dapr.Protocol;

namespace Serverless.Faults.Tests.Invariants;

/// <summary>What holds for the history of every instance that ended, whatever was killed meanwhile.</summary>
internal static class Histories
{
    /// <summary>
    /// One start, one end, and for everything that was asked for at most one answer; exactly one where the workflow waited for all of them.
    /// No answer to a question that was not asked.
    /// </summary>
    public static void ShouldBeWhole(string id, IReadOnlyList<HistoryEvent> history, bool isCompleted)
    {
        history.Count(entry => entry.ExecutionStarted is not null).ShouldBe(1, $"starts of {id}");
        history.Count(entry => entry.ExecutionCompleted is not null).ShouldBe(1, $"ends of {id}");
        ShouldBeAnswered(id, "activities", isCompleted,
            history.Where(entry => entry.TaskScheduled is not null).Select(entry => entry.EventId),
            history.Select(entry => entry.TaskCompleted?.TaskScheduledId ?? entry.TaskFailed?.TaskScheduledId));
        ShouldBeAnswered(id, "children", isCompleted,
            history.Where(entry => entry.ChildWorkflowInstanceCreated is not null).Select(entry => entry.EventId),
            history.Select(entry => entry.ChildWorkflowInstanceCompleted?.TaskScheduledId ?? entry.ChildWorkflowInstanceFailed?.TaskScheduledId));
        ShouldBeAnswered(id, "timers", isCompleted,
            history.Where(entry => entry.TimerCreated is { OriginCase: not TimerCreatedEvent.OriginOneofCase.ExternalEvent }).Select(entry => entry.EventId),
            history.Select(entry => entry.TimerFired?.TimerId));
    }

    private static void ShouldBeAnswered(string id, string what, bool all, IEnumerable<int> asked, IEnumerable<int?> answered)
    {
        var questions = asked.Order().ToArray();
        var answers = answered.OfType<int>().Order().ToArray();
        questions.ShouldBeUnique($"{what} of {id} were asked for twice");
        answers.ShouldBeUnique($"an answer of the {what} of {id} was recorded twice");
        answers.Except(questions).ShouldBeEmpty($"{what} of {id} were answered that nobody asked for");
        if (all)
        {
            answers.ShouldBe(questions, $"{what} of {id}");
        }
    }
}
