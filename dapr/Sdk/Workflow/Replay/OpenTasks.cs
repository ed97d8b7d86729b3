using Dapr.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>
/// What the code has asked for, by id, and the ends of things that it has not asked for yet: an end may precede its beginning in a
/// history.
/// </summary>
internal sealed class OpenTasks
{
    private readonly List<IOpenTask?> tasks = [];
    private readonly Dictionary<(OpenTaskKind Kind, int Id), HistoryEvent> early = [];
    private readonly Dictionary<int, IOpenTask> childrenByEventId = [];
    private readonly ActivityExecutions executions = new();

    /// <summary>Whether code waits for any of them.</summary>
    public bool AnyAwaited => tasks.Exists(task => task is { IsAwaited: true });

    /// <summary>Keeps a task; when its end is known already, it ends at once.</summary>
    public void Add(int id, IOpenTask task)
    {
        Place(id, task);
        if (early.Remove((task.Kind, id), out var end))
        {
            task.Resolve(end);
        }
    }

    /// <summary>Keeps an activity, of which the end may name the execution id instead of the id.</summary>
    public void AddActivity(int id, IOpenActivity task)
    {
        Add(id, task);
        if (!task.IsResolved && executions.Add(task) is { } end)
        {
            early.Remove((OpenTaskKind.Activity, end.TaskCompleted?.TaskScheduledId ?? end.TaskFailed.TaskScheduledId));
            task.Resolve(end);
        }
    }

    /// <summary>Keeps a child workflow that the history numbers differently.</summary>
    public void AddChild(int id, IOpenTask task, int eventId)
    {
        if (eventId != id)
        {
            childrenByEventId[eventId] = task;
            if (early.Remove((OpenTaskKind.Child, eventId), out var end))
            {
                Place(id, task);
                task.Resolve(end);
                return;
            }
        }

        Add(id, task);
    }

    /// <summary>Ends the task that an event is about; keeps the event when there is no such task yet, drops it when it is a duplicate.</summary>
    public void Resolve(OpenTaskKind kind, int id, string? executionId, HistoryEvent end)
    {
        var known = kind == OpenTaskKind.Child && childrenByEventId.TryGetValue(id, out var child) ? child : At(kind, id);
        if (known is { IsResolved: false })
        {
            known.Resolve(end);
        }
        else if (!string.IsNullOrEmpty(executionId) && executions.Find(executionId) is { IsResolved: false } activity)
        {
            activity.Resolve(end);
        }
        else if (known is null && early.TryAdd((kind, id), end) && !string.IsNullOrEmpty(executionId))
        {
            executions.Keep(executionId, end);
        }
    }

    private void Place(int id, IOpenTask task)
    {
        while (tasks.Count <= id)
        {
            tasks.Add(null);
        }

        tasks[id] = task;
    }

    private IOpenTask? At(OpenTaskKind kind, int id) =>
        id >= 0 && id < tasks.Count && tasks[id] is { } task && task.Kind == kind ? task : null;
}
