using Dapr.Workflow.Propagation;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Replay;

/// <summary>
/// The context that a turn's code sees. Whatever it asks for takes the next id; when the history has recorded that id, the two are compared
/// and nothing is asked for again.
/// </summary>
internal sealed partial class ReplayContext(TurnState turn) : WorkflowContext
{
    private string? lastCall;
    private string lastName = "";
    private int lastId;
    private PropagatedHistory? propagated;

    public override string Name => turn.Name;

    public override string InstanceId => turn.InstanceId;

    public override DateTime CurrentUtcDateTime => turn.Clock.Now;

    public override bool IsReplaying => turn.IsReplaying;

    /// <summary>Where the code has got to, in words.</summary>
    public string Place => lastCall is null ? "before its first durable call" : $"after {lastCall} '{lastName}' (id {lastId})";

    public override bool IsPatched(string patchName)
    {
        ArgumentException.ThrowIfNullOrEmpty(patchName);
        CheckThread();
        return turn.Patches.Holds(patchName, turn.IsReplaying);
    }

    public override void SetCustomStatus(object? customStatus)
    {
        CheckThread();
        turn.CustomStatus = customStatus is null ? null : turn.Serializer.Serialize(customStatus, customStatus.GetType());
    }

    public override Guid NewGuid()
    {
        CheckThread();
        return turn.Ids.NewGuid();
    }

    public override PropagatedHistory? GetPropagatedHistory() => propagated ??= PropagatedHistoryReader.Read(turn.PropagatedHistory);

    public override ILogger CreateReplaySafeLogger(string categoryName) => new ReplaySafeLogger(turn.Loggers.CreateLogger(categoryName), this);

    public override ILogger CreateReplaySafeLogger(Type type) => new ReplaySafeLogger(turn.Loggers.CreateLogger(type), this);

    public override ILogger CreateReplaySafeLogger<T>() => new ReplaySafeLogger(turn.Loggers.CreateLogger<T>(), this);

    /// <summary>The error of code that awaits something else than tasks of this context.</summary>
    public ForeignAwaitException ForeignAwait(string actual) => new(Name, InstanceId, Place, actual);

    private void CheckThread()
    {
        if (!turn.Thread.Check())
        {
            throw ForeignAwait("the code went on outside of the workflow's thread");
        }
    }

    private int TakeId(string kind, string name)
    {
        CheckThread();
        (lastCall, lastName, lastId) = (kind, name, turn.NextId);
        return turn.NextId++;
    }

    private string Text(object? value) => value is null ? turn.Serializer.Serialize(value) : turn.Serializer.Serialize(value, value.GetType());

    // The code has gone astray: what it asks for never ends, and the turn's answer says why.
    private static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;
}
