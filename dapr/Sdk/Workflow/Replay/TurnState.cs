using Dapr.Common.Serialization;
using Dapr.Protocol;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Replay;

/// <summary>Everything that one turn of a workflow knows: its history, what the code has asked for so far, and what the turn will answer.</summary>
internal sealed class TurnState
{
    public TurnState(string name, WorkflowRequest request, WorkflowHistory history, IDaprSerializer serializer, ILoggerFactory loggers)
    {
        Name = name;
        InstanceId = request.InstanceId;
        History = history;
        Serializer = serializer;
        Loggers = loggers;
        Ids = new DeterministicIds(request.ExecutionId, request.InstanceId);
        Recorded = new RecordedActions(history);
        Clock = new WorkflowClock(history.StartTime);
        IsReplaying = history.Past.Count > 0;
        AppId = history.AppId;
        PropagatedHistory = request.PropagatedHistory;
    }

    public string Name { get; }

    public string InstanceId { get; }

    public string? AppId { get; }

    public Protocol.PropagatedHistory? PropagatedHistory { get; }

    public WorkflowHistory History { get; }

    public IDaprSerializer Serializer { get; }

    public ILoggerFactory Loggers { get; }

    public DeterministicIds Ids { get; }

    public RecordedActions Recorded { get; }

    public WorkflowClock Clock { get; }

    public OpenTasks Tasks { get; } = new();

    public ExternalEvents Events { get; } = new();

    public Patches Patches { get; } = new();

    /// <summary>What the code asks for and the history does not have yet, in the order of its ids.</summary>
    public List<WorkflowAction> Actions { get; } = [];

    public bool IsReplaying { get; set; }

    /// <summary>The id of the next action.</summary>
    public int NextId { get; set; }

    /// <summary>Text of the custom status. Null when the code has set none.</summary>
    public string? CustomStatus { get; set; }

    /// <summary>The action that ends this generation, and whether unprocessed events go along.</summary>
    public List<(CompleteWorkflowAction Action, bool KeepsEvents)> Continuations { get; } = [];

    /// <summary>The first disagreement of code and history. Null while they agree.</summary>
    public Divergence? Divergence { get; private set; }

    public WorkflowThread Thread { get; } = new();

    /// <summary>The code does something else than what the history recorded; nothing that it does afterwards counts.</summary>
    public void Diverge(int position, string actual)
    {
        var entry = History[position];
        Divergence ??= new Divergence(position, entry.EventId, Divergence.Describe(entry), actual);
    }
}
