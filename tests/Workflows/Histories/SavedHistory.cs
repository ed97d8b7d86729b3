using Dapr.Protocol;
using Google.Protobuf;
using Kind = Dapr.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Serverless.Workflows.Tests.Histories;

/// <summary>
/// The history of a job or a group that code of an earlier day made, as protobuf JSON in this folder, an event a line. It shows what instances that
/// run during an upgrade have behind them, so a file is never changed to make a test pass.
/// </summary>
/// <param name="Name">The file's name without its ending: scenario, then job or group.</param>
/// <param name="InstanceId">The instance.</param>
/// <param name="Events">What happened to it and what it asked for.</param>
internal sealed record SavedHistory(string Name, string InstanceId, IReadOnlyList<HistoryEvent> Events)
{
    /// <summary>How the instance ended; null if it was still at work.</summary>
    public ExecutionCompletedEvent? End => Events.LastOrDefault(entry => entry.ExecutionCompleted is not null)?.ExecutionCompleted;

    /// <summary>Reads a file.</summary>
    public static SavedHistory Read(string name)
    {
        var events = GetInstanceHistoryResponse.Parser.ParseJson(File.ReadAllText(PathOf(name))).Events;
        return new(name, events.Single(entry => entry.ExecutionStarted is not null).ExecutionStarted.WorkflowInstance.InstanceId, events);
    }

    /// <summary>Writes the file; in it, <c>/jobs</c> stands for the folder that the job was in.</summary>
    public void Save(string folder)
    {
        var text = $"{{ \"events\": [\n{string.Join(",\n", Events.Select(entry => JsonFormatter.Default.Format(entry)))}\n] }}\n";
        File.WriteAllText(PathOf(Name), text.Replace(folder, "/jobs", StringComparison.Ordinal));
    }

    /// <summary>Its turns in their order.</summary>
    public IEnumerable<SavedTurn> Turns()
    {
        var starts = Enumerable.Range(0, Events.Count).Where(index => Events[index].WorkflowStarted is not null).ToList();
        foreach (var (first, next) in starts.Zip([.. starts.Skip(1), Events.Count]))
        {
            var turn = Events.Take(first..next).ToList();
            yield return new SavedTurn([.. Events.Take(first)], [.. turn.Where(entry => !IsAnswer(entry))], [.. turn.Where(IsAnswer)]);
        }
    }

    private static string PathOf(string name) => Clone.PathOf("tests", "Workflows", "Histories", name + ".json");

    private static bool IsAnswer(HistoryEvent entry) => entry.EventTypeCase
        is Kind.TaskScheduled or Kind.TimerCreated or Kind.ChildWorkflowInstanceCreated or Kind.EventSent or Kind.ExecutionCompleted;
}

/// <summary>One turn of a saved history.</summary>
/// <param name="Past">What was before it.</param>
/// <param name="News">What it was told.</param>
/// <param name="Answers">What the code of that day asked for.</param>
internal sealed record SavedTurn(IReadOnlyList<HistoryEvent> Past, IReadOnlyList<HistoryEvent> News, IReadOnlyList<HistoryEvent> Answers);
