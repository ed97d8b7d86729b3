using Dapr.Protocol;
using Dapr.Sidecar.Workflows.Rows;
using Google.Protobuf.WellKnownTypes;

namespace Dapr.Sidecar.Workflows.Instances;

/// <summary>An instance that is about to be created.</summary>
internal sealed record NewInstance(Execution Execution, Encoded Start)
{
    public InstanceKey Key => Execution.Key;

    /// <summary>An instance whose start says all about it but its ids.</summary>
    public static NewInstance Of(long executionKey, InstanceKey key, string? executionId, DateTime now, ExecutionStartedEvent started, string sourceApp)
    {
        executionId = string.IsNullOrEmpty(executionId) ? Guid.NewGuid().ToString() : executionId;
        started.WorkflowInstance = new WorkflowInstance { InstanceId = key.InstanceId, ExecutionId = executionId };
        var router = new TaskRouter { SourceAppID = sourceApp };
        if (sourceApp != key.AppId)
        {
            router.TargetAppID = key.AppId;
        }

        var start = Events.At(now, new HistoryEvent { ExecutionStarted = started, Router = router });
        var parent = started.ParentInstance;
        return new NewInstance(
            new Execution(new InstanceRow
            {
                ExecutionKey = executionKey,
                Key = key,
                ExecutionId = executionId,
                Name = started.Name,
                Created = now,
                Updated = now,
                Parent = parent is null ? null : new InstanceKey(parent.AppID, parent.WorkflowInstance.InstanceId),
            }),
            Encoded.Of(start));
    }

    /// <summary>When it starts, if that is later than its creation.</summary>
    public Timestamp? ScheduledStart => Start.Event.ExecutionStarted.ScheduledStartTimestamp;
}
