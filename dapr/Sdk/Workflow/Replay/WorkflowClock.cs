namespace Dapr.Workflow.Replay;

/// <summary>The time as the code sees it: it stands still within a turn and never goes back.</summary>
internal sealed class WorkflowClock(DateTime start)
{
    /// <summary>The time. UTC.</summary>
    public DateTime Now { get; private set; } = DateTime.SpecifyKind(start, DateTimeKind.Utc);

    /// <summary>Moves on to a time, unless it lies before the present.</summary>
    public void MoveTo(DateTime time)
    {
        if (time > Now)
        {
            Now = DateTime.SpecifyKind(time, DateTimeKind.Utc);
        }
    }
}
