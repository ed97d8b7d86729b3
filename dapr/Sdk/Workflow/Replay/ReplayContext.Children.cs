using Dapr.Protocol;
using Dapr.Workflow.Client;

namespace Dapr.Workflow.Replay;

/// <summary>Calls of child workflows, and events to other workflows.</summary>
internal sealed partial class ReplayContext
{
    public override Task CallChildWorkflowAsync(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) =>
        CallChild<object>(workflowName, input, options, readsResult: false);

    public override Task<TResult> CallChildWorkflowAsync<TResult>(
        string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) =>
        CallChild<TResult>(workflowName, input, options, readsResult: true);

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var id = TakeId("sending event", eventName);
        if (turn.Recorded.Find(id) is { } position)
        {
            var recorded = turn.History[position].EventSent;
            if (recorded is null || recorded.InstanceId != instanceId || !string.Equals(recorded.Name, eventName, StringComparison.OrdinalIgnoreCase))
            {
                turn.Diverge(position, $"event '{eventName}' to instance '{instanceId}'");
                return;
            }

            turn.Recorded.Claim(position);
            return;
        }

        var send = new SendEventAction { Instance = new WorkflowInstance { InstanceId = instanceId }, Name = eventName, Data = Text(payload) };
        turn.Actions.Add(new WorkflowAction { Id = id, SendEvent = send });
    }

    private Task<T> CallChild<T>(string name, object? input, ChildWorkflowTaskOptions? options, bool readsResult)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var givenId = string.IsNullOrEmpty(options?.InstanceId) ? null : options.InstanceId;
        if (options?.RetryPolicy is not { } policy)
        {
            return AttemptChild<T>(name, givenId, input, options, readsResult);
        }

        // The timers' origin takes an id of the sequence for itself, which is why it names no child: so does the official SDK.
        var origin = givenId ?? NewGuid().ToString("D");
        return new RetryInterceptor<T>(this, policy, () => AttemptChild<T>(name, givenId, input, options, readsResult), Delay).Invoke();

        Task Delay(TimeSpan delay) => CreateTimer(
            CurrentUtcDateTime + delay,
            new CreateTimerAction { ChildWorkflowRetry = new TimerOriginChildWorkflowRetry { InstanceId = origin } },
            CancellationToken.None);
    }

    private Task<T> AttemptChild<T>(string name, string? givenId, object? input, ChildWorkflowTaskOptions? options, bool readsResult)
    {
        var id = TakeId("child workflow", name);
        var instanceId = givenId ?? turn.Ids.NewGuid().ToString("D");
        var eventId = id;
        if (turn.Recorded.FindChild(id, instanceId) is { } position)
        {
            var recorded = turn.History[position];
            if (!string.Equals(recorded.ChildWorkflowInstanceCreated?.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                turn.Diverge(position, $"child workflow '{name}'");
                return Never<T>();
            }

            turn.Recorded.Claim(position);
            eventId = recorded.EventId;
        }
        else
        {
            turn.Actions.Add(Create(id, name, instanceId, input, options));
        }

        var task = new ChildTask<T>(name, turn.Serializer, readsResult);
        turn.Tasks.AddChild(id, task, eventId);
        return task.Task;
    }

    private WorkflowAction Create(int id, string name, string instanceId, object? input, ChildWorkflowTaskOptions? options)
    {
        var create = new CreateChildWorkflowAction { Name = name, InstanceId = instanceId, Input = Text(input) };
        var action = new WorkflowAction { Id = id, CreateChildWorkflow = create };
        if (RouterTo(options?.TargetAppId) is { } router)
        {
            create.Router = router;
            action.Router = router;
        }

        if (options is { PropagationScope: not HistoryPropagationScope.None })
        {
            create.HistoryPropagationScope = (Protocol.HistoryPropagationScope)options.PropagationScope;
        }

        return action;
    }
}
