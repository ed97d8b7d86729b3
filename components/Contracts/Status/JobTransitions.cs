using static Serverless.Contracts.Status.JobStatus;

namespace Serverless.Contracts.Status;

/// <summary>The one table of what may follow what. A deadline that passes goes through finalizing, like a cancellation, so that what was finished is counted.</summary>
public static class JobTransitions
{
    static readonly Dictionary<JobStatus, JobStatus[]> Next = new()
    {
        [Queued] = [Planning, Failed, Cancelling, Cancelled, Expired],
        [Planning] = [WaitingForCapacity, Running, Paused, Finalizing, Failed, Cancelling],
        [WaitingForCapacity] = [Running, Paused, Finalizing, Failed, Cancelling],
        [Running] = [WaitingForCapacity, Paused, Finalizing, Failed, Cancelling],
        [Paused] = [Planning, WaitingForCapacity, Running, Finalizing, Failed, Cancelling],
        [Finalizing] = [Completed, CompletedWithErrors, Failed, Cancelled, Expired],
        [Cancelling] = [Finalizing, Cancelled, Failed],
        [Completed] = [],
        [CompletedWithErrors] = [],
        [Failed] = [],
        [Cancelled] = [],
        [Expired] = [],
    };

    /// <summary>Whether a job may go from one state to another. Staying is always allowed.</summary>
    /// <param name="from">Where it is.</param>
    /// <param name="to">Where it would go.</param>
    public static bool IsAllowed(JobStatus from, JobStatus to) => from == to || Next[from].Contains(to);

    /// <summary>Whether nothing follows.</summary>
    /// <param name="status">The state.</param>
    public static bool IsFinal(JobStatus status) => Next[status].Length == 0;

    /// <summary>Whether a job in this state got every row of its input into its output.</summary>
    /// <param name="status">The state.</param>
    public static bool HasAllRows(JobStatus status) => status is Completed or CompletedWithErrors;

    /// <summary>The states that may follow, in the table's order.</summary>
    /// <param name="status">The state.</param>
    public static IReadOnlyList<JobStatus> After(JobStatus status) => Next[status];
}
