using Serverless.Contracts.Status;
using Serverless.Jobs.Actors;

namespace Serverless.Workflows;

/// <summary>What ends a job before its rows are all there: the event <c>stop</c>, or its deadline.</summary>
internal sealed class JobEnding(Task<StopRequest> stop, Task? deadline)
{
    /// <summary>What completes when one of them comes.</summary>
    public IEnumerable<Task> Tasks => deadline is null ? [stop] : [stop, deadline];

    /// <summary>How the job shall end; null while nothing ends it. An event goes before the deadline.</summary>
    public StopRequest? Request =>
        stop.IsCompletedSuccessfully ? stop.Result
        : deadline is { IsCompleted: true } ? new StopRequest(JobStatus.Expired)
        : null;
}
