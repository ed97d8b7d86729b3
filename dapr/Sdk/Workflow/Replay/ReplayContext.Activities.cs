using Dapr.Protocol;
using Dapr.Workflow.Client;

namespace Dapr.Workflow.Replay;

/// <summary>Calls of activities.</summary>
internal sealed partial class ReplayContext
{
    public override Task CallActivityAsync(string name, object? input = null, WorkflowTaskOptions? options = null) =>
        CallActivity<object>(name, input, options, readsResult: false);

    public override Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null) =>
        CallActivity<T>(name, input, options, readsResult: true);

    private Task<T> CallActivity<T>(string name, object? input, WorkflowTaskOptions? options, bool readsResult)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (options?.RetryPolicy is not { } policy)
        {
            return AttemptActivity<T>(name, input, options, readsResult, out _);
        }

        string? firstExecutionId = null;
        return new RetryInterceptor<T>(this, policy, Attempt, Delay).Invoke();

        Task<T> Attempt()
        {
            var task = AttemptActivity<T>(name, input, options, readsResult, out var executionId);
            firstExecutionId ??= executionId.Value;
            return task;
        }

        Task Delay(TimeSpan delay) => CreateTimer(
            CurrentUtcDateTime + delay,
            new CreateTimerAction { ActivityRetry = new TimerOriginActivityRetry { TaskExecutionId = firstExecutionId } },
            CancellationToken.None);
    }

    private Task<T> AttemptActivity<T>(
        string name, object? input, WorkflowTaskOptions? options, bool readsResult, out ActivityExecutionId executionId)
    {
        var id = TakeId("activity", name);
        string? recordedExecutionId = null;
        if (turn.Recorded.Find(id) is { } position)
        {
            var recorded = turn.History[position].TaskScheduled;
            if (!string.Equals(recorded?.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                executionId = default;
                turn.Diverge(position, $"activity '{name}'");
                return Never<T>();
            }

            turn.Recorded.Claim(position);
            recordedExecutionId = recorded?.TaskExecutionId;
            executionId = new ActivityExecutionId(turn.Ids, id, name, recordedExecutionId);
        }
        else
        {
            executionId = new ActivityExecutionId(turn.Ids, id, name, recorded: null);
            turn.Actions.Add(Schedule(id, name, input, options, executionId.Value));
        }

        var task = new ActivityTask<T>(executionId, turn.Serializer, readsResult);
        turn.Tasks.AddActivity(id, task);
        return task.Task;
    }

    private WorkflowAction Schedule(int id, string name, object? input, WorkflowTaskOptions? options, string executionId)
    {
        var schedule = new ScheduleTaskAction { Name = name, Input = Text(input), TaskExecutionId = executionId };
        var action = new WorkflowAction { Id = id, ScheduleTask = schedule };
        if (RouterTo(options?.TargetAppId) is { } router)
        {
            schedule.Router = router;
            action.Router = router;
        }

        if (options is { PropagationScope: not HistoryPropagationScope.None })
        {
            schedule.HistoryPropagationScope = (Protocol.HistoryPropagationScope)options.PropagationScope;
        }

        return action;
    }

    private TaskRouter? RouterTo(string? appId) =>
        string.IsNullOrEmpty(appId) || string.IsNullOrEmpty(turn.AppId) ? null : new TaskRouter { SourceAppID = turn.AppId, TargetAppID = appId };
}
